import { resolve } from 'node:path';
import { provision } from '../../src/cli/provision/provision.ts';
import { tools } from '../../src/cli/provision/tools.ts';
import { runCommand } from '../../src/cli/terminal/run-command.ts';
import { shutdownSignal } from '../../src/infra/runtime/shutdown.ts';
import { findScenarios } from './find-scenarios.ts';
import { checkOlderServer } from './older-server.ts';
import { readFaultOptions, usage } from './options.ts';
import { listing } from './report.ts';
import { runSuite } from './run-suite.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

await runCommand(async () => {
  const options = readFaultOptions(process.argv.slice(2), findScenarios, Date.now());
  if (!options) {
    say(usage);
    return 0;
  }
  if (options.list) {
    say(listing(options.scenarios));
    return 0;
  }
  const cacheFolder = resolve(process.env['MILLRACE_CACHE'] || '.cache');
  const server = await provision(tools['nats-server'], { log: say, cacheFolder });
  process.env['NATS_SERVER'] = server;
  await checkOlderServer(process.env['NATS_SERVER_OLDER'], server);
  return runSuite(options, { say, isCi: Boolean(process.env['CI']), signal: shutdownSignal() });
});
