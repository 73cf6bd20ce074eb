import { join, resolve } from 'node:path';
import { provision } from '../src/cli/provision/provision.ts';
import { tools } from '../src/cli/provision/tools.ts';
import { runCommand } from '../src/cli/terminal/run-command.ts';
import { shutdownSignal } from '../src/infra/runtime/shutdown.ts';
import { durabilityUsage, readDurabilityOptions } from './durability/durability-options.ts';
import { runDurability } from './durability/run-durability.ts';
import { readBenchOptions, usage } from './options.ts';
import { type RowOrder, runRowProcess } from './row-process.ts';
import { runBench } from './run-bench.ts';

const [command, order = ''] = process.argv.slice(2);

const natsServer = (): Promise<string> =>
  provision(tools['nats-server'], {
    log: console.error,
    cacheFolder: resolve(process.env['MILLRACE_CACHE'] || '.cache'),
  });

const durability = async (): Promise<number> => {
  const options = readDurabilityOptions(process.argv.slice(3));
  if (!options) {
    console.log(durabilityUsage);
    return 0;
  }
  await runDurability(options, await natsServer());
  return 0;
};

const bench = async (): Promise<number> => {
  const options = readBenchOptions(process.argv.slice(2));
  if (!options) {
    console.log(usage);
    return 0;
  }
  const signal = shutdownSignal();
  const binary = await natsServer();
  try {
    await runBench(options, { binary, folder: join('bench', 'results'), signal });
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    throw error;
  }
};

const row = async (): Promise<number> => {
  await runRowProcess(JSON.parse(order) as RowOrder);
  return 0;
};

await runCommand(command === 'row' ? row : command === 'durability' ? durability : bench);
