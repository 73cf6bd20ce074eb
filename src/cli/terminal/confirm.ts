import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';

/** Where a question is asked and answered: those of a process on a terminal. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Asks whether something is meant: only `y` and `yes` are a yes, ctrl-C, ctrl-D and silence are not. */
export const confirm = async (question: string, terminal: Terminal): Promise<boolean> => {
  const lines = createInterface({ ...terminal, terminal: true });
  // Who is gone answers never, and an open connection would keep the process.
  const closed = once(lines, 'close').then(() => '');
  const asked = lines.question(`${question} [y/N] `).catch(() => '');
  const answer = await Promise.race([asked, closed]);
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
};
