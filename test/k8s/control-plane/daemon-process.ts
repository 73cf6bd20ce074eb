import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const wordsKept = 3_000;

/** A program that runs until it is told to end, and what it said last. */
export class DaemonProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #words = '';

  constructor(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(program, [...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = Promise.race([once(this.#child, 'close'), once(this.#child, 'error')]);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#words = (this.#words + text).slice(-wordsKept);
      });
    }
  }

  get lastWords(): string {
    return this.#words;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Ends it without asking: what it stored is thrown away. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
