import { readConfig } from '../../infra/runtime/config.ts';
import { shutdownSignal } from '../../infra/runtime/shutdown.ts';
import { runCommand } from '../terminal/run-command.ts';
import { readRepartitionArguments, repartitionUsage } from './repartition-arguments.ts';
import { repartitionEnvironment, runRepartition } from './run-repartition.ts';

await runCommand(async () => {
  const asked = readRepartitionArguments(process.argv.slice(2));
  if (asked === 'help') {
    console.log(repartitionUsage);
    return 0;
  }
  return runRepartition(asked, readConfig(repartitionEnvironment), shutdownSignal());
}, 'repartition');
