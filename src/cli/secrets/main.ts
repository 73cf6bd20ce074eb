import { readConfig } from '../../infra/runtime/config.ts';
import { runCommand } from '../terminal/run-command.ts';
import { runSecrets, secretsEnvironment } from './run-secrets.ts';
import { readSecretsArguments, secretsUsage } from './secrets-arguments.ts';

await runCommand(async () => {
  const asked = readSecretsArguments(process.argv.slice(2));
  if (asked === 'help') {
    console.log(secretsUsage);
    return 0;
  }
  return runSecrets(asked, readConfig(secretsEnvironment));
});
