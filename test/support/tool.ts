import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContext } from 'vitest';
import { freePort } from './nats-server.ts';

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

/** Where a server is to listen, and a folder of its own. */
export interface ToolPlace {
  readonly folder: string;
  /** `host:port` */
  readonly address: string;
}

/** A server of somebody else's with pages on HTTP, as a process of its own, in a folder of its own. */
export class StartedTool implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<unknown>;
  #output = '';

  private constructor(child: ChildProcess, { folder, address }: ToolPlace) {
    this.url = `http://${address}`;
    this.#child = child;
    this.#folder = folder;
    this.#ended = once(child, 'exit').catch(() => undefined);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString('utf8')).slice(-4000);
      });
    }
  }

  /**
   * Starts it; resolves when it says at `/-/ready` that it is.
   *
   * @param prepare writes its files and says its command line
   * @throws with its last words when it does not become ready
   */
  static async start(
    program: string,
    prepare: (place: ToolPlace) => Promise<readonly string[]>,
  ): Promise<StartedTool> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-tool-'));
    const place = { folder, address: `127.0.0.1:${await freePort()}` };
    const commandLine = await prepare(place);
    const child = spawn(program, commandLine, { stdio: ['ignore', 'pipe', 'pipe'] });
    const tool = new StartedTool(child, place);
    const until = performance.now() + readyWithinMs;
    while (!(await isAnswering(`${tool.url}/-/ready`))) {
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
    await rm(this.#folder, { recursive: true, force: true });
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
