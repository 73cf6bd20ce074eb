import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

/** What a program of `dist` said and ended with. */
export interface FinishedProgram {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program of `dist` to its end, with nothing but these variables in its environment. */
export const runProgram = async (
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<FinishedProgram> => {
  const path = resolve(import.meta.dirname, '../../dist', program);
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...environment },
  });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, errors };
};
