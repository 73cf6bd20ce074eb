import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const program = resolve(import.meta.dirname, '../../dist/cli/start/main.js');

/** A folder of a test's own for the data of a shop. */
export const dataFolder = async (): Promise<string & AsyncDisposable> => {
  const path = await mkdtemp(join(tmpdir(), 'millrace-start-'));
  return Object.assign(path, {
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  });
};

/** `npm start` as a process, and what it prints. */
export class StartedShop implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #output = '';
  readonly #watching = new Set<() => void>();

  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        for (const look of [...this.#watching]) look();
      });
    }
  }

  get output(): string {
    return this.#output;
  }

  /** Waits until the output shows something; fails when it ends before. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    const found = new Promise<RegExpExecArray>((resolveFound) => {
      const look = (): void => {
        const match = pattern.exec(this.#output);
        if (!match) return;
        this.#watching.delete(look);
        resolveFound(match);
      };
      this.#watching.add(look);
      look();
    });
    const ended = this.#ended.then(() => {
      throw new Error(`it ended without showing ${pattern}:\n${this.#output}`);
    });
    return Promise.race([found, ended]);
  }

  /** The id of one of its processes, as it said when it started them. */
  async pidOf(name: string): Promise<number> {
    const [, pid] = await this.shows(new RegExp(`^running: .*\\b${name} \\((\\d+)\\)`, 'm'));
    return Number(pid);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits until it has ended by itself. @throws with its output when its exit code is another one */
  async endsWith(wanted: number): Promise<void> {
    const [code, signal] = await this.#ended;
    if (code === wanted) return;
    throw new Error(`it ended with ${code ?? signal}, not ${wanted}:\n${this.#output}`);
  }

  /** Waits until it is gone, however. */
  async ends(): Promise<void> {
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
