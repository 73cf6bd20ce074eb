import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { workerProgram } from './build-worker.ts';
import type { Moment } from './worker/moment.ts';

/** A worker process that ends itself at a moment. */
export class Victim implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = '';

  constructor(url: string, service: string, moment: Moment, environment: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [workerProgram], {
      env: {
        PATH: process.env['PATH'],
        NATS_URL: url,
        SERVICE: service,
        MOMENT: JSON.stringify(moment),
        HEALTH_HOST: '127.0.0.1',
        HEALTH_PORT: '0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  /** Waits until it has ended at its moment. @throws when it has ended in another way, or goes on */
  async dies(withinMs = 20_000): Promise<void> {
    const lives = setTimeout(() => this.#child.kill('SIGABRT'), withinMs);
    await this.#ended;
    clearTimeout(lives);
    if (this.#child.signalCode === 'SIGKILL' && this.#output.includes('died: ')) return;
    const how = this.#child.signalCode ?? this.#child.exitCode;
    throw new Error(`the worker did not end at its moment, but by ${how}:\n${this.#output}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
