import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The command line of a running process; nothing when there is none of this id. */
export const commandOf = async (pid: number): Promise<string | undefined> => {
  try {
    process.kill(pid, 0);
  } catch {
    return undefined;
  }
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return words === undefined ? listed(pid) : words.split('\0').join(' ');
};

/** Where there is no `/proc`. */
const listed = async (pid: number): Promise<string | undefined> => {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'command=']);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
};
