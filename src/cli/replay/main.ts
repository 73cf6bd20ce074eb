import { readConfig } from '../../infra/runtime/config.ts';
import { shutdownSignal } from '../../infra/runtime/shutdown.ts';
import { runCommand } from '../terminal/run-command.ts';
import { readReplayArguments, replayUsage } from './replay-arguments.ts';
import { replayEnvironment, runReplay } from './run-replay.ts';

await runCommand(async () => {
  const asked = readReplayArguments(process.argv.slice(2));
  if (asked === 'help') {
    console.log(replayUsage);
    return 0;
  }
  return runReplay(asked, readConfig(replayEnvironment), shutdownSignal());
}, 'replay');
