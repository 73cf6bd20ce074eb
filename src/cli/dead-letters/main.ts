import { readConfig } from '../../infra/runtime/config.ts';
import { shutdownSignal } from '../../infra/runtime/shutdown.ts';
import { systemClock } from '../../infra/runtime/system-clock.ts';
import { runCommand } from '../terminal/run-command.ts';
import { deadLetterUsage, readDeadLetterArguments } from './dead-letter-arguments.ts';
import { deadLetterEnvironment, runDeadLetters } from './run-dead-letters.ts';

await runCommand(async () => {
  const asked = readDeadLetterArguments(process.argv.slice(2), systemClock.now());
  if (asked === 'help') {
    console.log(deadLetterUsage);
    return 0;
  }
  return runDeadLetters(asked, readConfig(deadLetterEnvironment), shutdownSignal());
}, 'deadletters');
