import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 20_000;

/** A server that the benchmark has started, ended by its process id. */
export class OwnProcess implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #program: string;
  #said = '';

  private constructor(program: string, child: ChildProcess) {
    this.pid = child.pid ?? 0;
    this.#program = program;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#said = `${this.#said}${chunk.toString('utf8')}`.slice(-2_000);
      });
    }
  }

  /** @throws when the program cannot be run */
  static async start(
    program: string,
    args: readonly string[],
    options: SpawnOptions = {},
  ): Promise<OwnProcess> {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    return new OwnProcess(program, child);
  }

  /** Resolves when it listens on a port of this machine. @throws when it ends before, with its last words */
  async listening(port: number): Promise<void> {
    for (const until = performance.now() + patienceMs; performance.now() < until; await sleep(50)) {
      if (this.#hasEnded) break;
      if (await accepts(port)) return;
    }
    throw new Error(`${this.#program} does not answer:\n${this.#said}`);
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'exit');
    // Of a database SIGINT is the quick way of stopping: its own processes end with it.
    this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    await ended;
    clearTimeout(timer);
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (isOpen: boolean) => () => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', end(true));
    socket.once('error', end(false));
  });
