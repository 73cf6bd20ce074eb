import { type ExecFileException, execFile } from 'node:child_process';

/** How a command is run. */
export interface RunOptions {
  /** @default the current folder */
  readonly cwd?: string;
  /** @default the environment of this process */
  readonly env?: NodeJS.ProcessEnv;
  /** @default 15_000 */
  readonly timeoutMs?: number;
}

const maxBuffer = 64 * 1024 * 1024;

const lastLine = (text: string): string | undefined => text.trim().split('\n').at(-1);

const causeOf = (error: ExecFileException, stderr: string, timeoutMs: number): string => {
  if (error.code === 'ENOENT') return 'not installed';
  if (error.killed === true) return `no end after ${timeoutMs} ms`;
  return lastLine(stderr) || error.message;
};

/** Runs a program without a shell; resolves to what it printed, or throws with its last words. */
export const runCommand = (
  command: string,
  args: readonly string[],
  { timeoutMs = 15_000, ...options }: RunOptions = {},
): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { ...options, timeout: timeoutMs, maxBuffer },
      (error, stdout, stderr) => {
        if (error === null) return resolve(`${stdout}${stderr}`);
        reject(new Error(`${command}: ${causeOf(error, stderr, timeoutMs)}`, { cause: error }));
      },
    );
  });
