import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContext } from 'vitest';

/** What a program said: its exit code, and everything that it printed. */
export interface Said {
  readonly code: number;
  readonly output: string;
}

/** The program that a variable names. Without one the test is skipped, or in CI fails. */
export const programOf = (context: TestContext, variable: string): string => {
  const program = process.env[variable];
  if (program) return program;
  const reason = `${variable} names no program`;
  if (process.env['CI']) throw new Error(reason);
  process.stderr.write(`skipped "${context.task.name}": ${reason}\n`);
  return context.skip(reason);
};

/** Runs a program to its end. */
export const runTool = (
  program: string,
  commandLine: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Said> =>
  new Promise((resolve, reject) => {
    execFile(program, commandLine, { maxBuffer: 2 ** 24, ...options }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });

const readyWithinMs = 30_000;

/** A server of somebody else's, as a process of its own. */
export class StartedTool implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'exit').catch(() => undefined);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString('utf8')).slice(-4000);
      });
    }
  }

  /** Starts it; resolves when the address answers. @throws with its last words when it does not */
  static async start(
    program: string,
    commandLine: readonly string[],
    readyUrl: string,
  ): Promise<StartedTool> {
    const child = spawn(program, commandLine, { stdio: ['ignore', 'pipe', 'pipe'] });
    const tool = new StartedTool(child);
    const until = performance.now() + readyWithinMs;
    while (!(await isAnswering(readyUrl))) {
      if (child.exitCode === null && performance.now() < until) await sleep(50);
      else {
        await tool[Symbol.asyncDispose]();
        throw new Error(`${program} does not answer:\n${tool.#output}`);
      }
    }
    return tool;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.#ended;
  }
}

const isAnswering = async (url: string): Promise<boolean> => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
};
