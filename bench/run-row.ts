import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RowOrder, RowReport } from './row-process.ts';

export type RowResult = Omit<Extract<RowReport, { kind: 'sample' }>, 'kind'>;

/** A row that says nothing new for so long hangs. */
const patienceMs = 60_000;

/** The program that is the benchmark, and with an order the process of one row. */
const program = fileURLToPath(new URL('./main.js', import.meta.url));

/**
 * Runs one row in a process of its own, so that its code is compiled and its heap filled by it alone.
 *
 * @throws when the process fails or hangs, or the signal's reason
 */
export const runRow = (
  order: RowOrder,
  signal: AbortSignal,
  onProgress: (count: number) => void,
): Promise<RowResult> =>
  new Promise((resolve, reject) => {
    const child = fork(program, ['row', JSON.stringify(order)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let result: RowResult | undefined;
    let count = -1;
    const kill = (): void => void child.kill('SIGKILL');
    let timer = setTimeout(kill, patienceMs);
    signal.addEventListener('abort', kill);
    child.on('message', (said: RowReport) => {
      if (said.kind === 'sample') result = said;
      else {
        onProgress(said.count);
        if (said.count === count) return;
        count = said.count;
      }
      clearTimeout(timer);
      timer = setTimeout(kill, patienceMs);
    });
    child.once('error', reject);
    child.once('exit', (code, killedBy) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      if (result) resolve(result);
      else if (signal.aborted) reject(signal.reason);
      else reject(new Error(`${order.row} ended with ${code ?? killedBy} after ${count} events`));
    });
  });
