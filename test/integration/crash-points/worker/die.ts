import { writeSync } from 'node:fs';

/** Says so, and ends the process as a power cut would: nothing that waits is finished. */
export const die = (where: string): never => {
  writeSync(1, `died: ${where}\n`);
  process.kill(process.pid, 'SIGKILL');
  // The signal is there before this line; the compiler does not know.
  throw new Error('unreachable');
};
