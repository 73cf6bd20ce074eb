import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from './bench-server.ts';
import { workerArguments } from './node-arguments.ts';

export interface WorkerOptions {
  readonly service: 'user' | 'product' | 'cart';
  readonly url: string;
  /** What Node.js itself is told besides what the image and the manifests tell it. */
  readonly nodeArguments?: readonly string[];
}

/** A worker of the shop as a process of its own, as the image and the manifests run it; ended by its process id. */
export class WorkerProcess implements AsyncDisposable {
  readonly pid: number;
  readonly startedAt = performance.now();
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #health: string;

  private constructor(child: ChildProcess, health: string) {
    this.pid = child.pid ?? 0;
    this.#child = child;
    this.#ended = once(child, 'exit');
    this.#health = health;
  }

  static async start({ service, url, nodeArguments = [] }: WorkerOptions): Promise<WorkerProcess> {
    const port = await freePort();
    const program = fileURLToPath(new URL(`../src/workers/${service}/main.js`, import.meta.url));
    const child = fork(program, {
      execArgv: ['--enable-source-maps', ...workerArguments, ...nodeArguments],
      env: {
        PATH: process.env['PATH'],
        NATS_URL: url,
        HEALTH_HOST: '127.0.0.1',
        HEALTH_PORT: String(port),
        LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new WorkerProcess(child, `http://127.0.0.1:${port}`);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.#health}/readyz`)).ok;
    } catch {
      return false;
    }
  }

  /** Asks something of what runs in it beside the worker. */
  async ask<Answer>(what: string): Promise<Answer> {
    const answered = once(this.#child, 'message');
    this.#child.send(what);
    const [answer] = await answered;
    return answer as Answer;
  }

  /** Tells it to end; resolves when it has. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    if (this.isRunning) await this.#ended;
  }
}
