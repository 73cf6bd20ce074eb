import { readConfig } from '../../infra/runtime/config.ts';
import { shutdownSignal } from '../../infra/runtime/shutdown.ts';
import { runCommand } from '../terminal/run-command.ts';
import { runVerify, verifyEnvironment } from './run-verify.ts';
import { readVerifyArguments, verifyUsage } from './verify-arguments.ts';

await runCommand(async () => {
  const asked = readVerifyArguments(process.argv.slice(2), Date.now());
  if (asked === 'help') {
    console.log(verifyUsage);
    return 0;
  }
  return runVerify(asked, readConfig(verifyEnvironment), shutdownSignal());
}, 'verify');
