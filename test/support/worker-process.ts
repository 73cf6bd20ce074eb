import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '../..');

/** Compiles the sources, unless they are compiled already. */
const build = (): void => {
  const script = pathToFileURL(join(root, 'scripts/support/build.mjs')).href;
  const run = `const { ensureSources } = await import('${script}'); await ensureSources();`;
  execFileSync(process.execPath, ['--input-type=module', '-e', run], { stdio: 'inherit' });
};

let isBuilt = false;

/** A worker as a process of its own, and what it says. */
export class WorkerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #log = '';
  #errors = '';

  constructor(
    service: string,
    environment: Readonly<Record<string, string>>,
    script = join(root, 'dist/workers', service, 'main.js'),
  ) {
    if (!isBuilt) build();
    isBuilt = true;
    this.#child = spawn(process.execPath, [script], {
      env: {
        PATH: process.env['PATH'],
        HEALTH_HOST: '127.0.0.1',
        HEALTH_PORT: '0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Everything on standard output: the log. */
  get log(): string {
    return this.#log;
  }

  get errors(): string {
    return this.#errors;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The lines of the log so far. */
  lines(): Readonly<Record<string, unknown>>[] {
    const whole = this.#log.slice(0, this.#log.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  /** Where it answers to health checks, once it says so. @throws until then */
  get healthUrl(): string {
    const running = this.lines().find(({ msg }) => msg === 'running');
    if (!running) throw new Error(`it is not running:\n${this.#log}${this.#errors}`);
    return `http://127.0.0.1:${running['health']}`;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits until it is gone: its exit code, or the signal that ended it. */
  async ends(): Promise<number | NodeJS.Signals | null> {
    await this.#ended;
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** The shaky service as a process, some of whose events fail or kill it. */
export const frailWorker = (environment: Readonly<Record<string, string>>): WorkerProcess =>
  new WorkerProcess('shaky', environment, join(root, 'test/support/frail-worker.mjs'));

/** The shaky service without order as a process, some of whose events fail for a while. */
export const looseWorker = (environment: Readonly<Record<string, string>>): WorkerProcess =>
  new WorkerProcess('shaky', environment, join(root, 'test/support/loose-worker.mjs'));
