import { readConfig } from '../../infra/runtime/config.ts';
import { runCommand } from '../terminal/run-command.ts';
import { backupUsage, readBackupArguments } from './backup-arguments.ts';
import { backupEnvironment, runBackup } from './run-backup.ts';

await runCommand(async () => {
  const asked = readBackupArguments(process.argv.slice(2));
  if (asked === 'help') {
    console.log(backupUsage);
    return 0;
  }
  return runBackup(asked, readConfig(backupEnvironment));
}, 'backup');
