import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nodeArguments } from './node-arguments.ts';
import type { TaskReport } from './run-task.ts';
import type { TaskName } from './tasks.ts';

/** A task that says nothing new for so long hangs. */
const patienceMs = 60_000;

/** The program that is the benchmark, and with an order the process of one task. */
const program = fileURLToPath(new URL('./main.js', import.meta.url));

export interface TaskOptions<Said> {
  readonly signal: AbortSignal;
  readonly onSaid?: (said: Said) => void;
  /** What Node.js itself is told. */
  readonly nodeArguments?: readonly string[];
  /** What becomes of what it writes to its standard output. @default 'inherit' */
  readonly output?: 'inherit' | 'ignore';
}

/**
 * A task in a process of its own, so that its code is compiled and its heap filled by it alone.
 *
 * Whoever starts it disposes of it: what has not ended by then is killed.
 */
export class TaskProcess<Result, Said = unknown> implements AsyncDisposable {
  /** What the task resolved to. Rejects when the process fails or hangs, or with the signal's reason. */
  readonly result: Promise<Result>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(name: TaskName, order: object, options: TaskOptions<Said>) {
    this.#child = fork(program, ['task', name, JSON.stringify(order)], {
      stdio: ['ignore', options.output ?? 'inherit', 'inherit', 'ipc'],
      execArgv: [...nodeArguments, ...(options.nodeArguments ?? [])],
    });
    this.result = resultOf<Result, Said>(this.#child, name, options);
    this.#ended = this.result.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Lets a task go on that waits for it. */
  tell(what: string): void {
    if (this.#child.connected) this.#child.send(what);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

/** Runs a task that needs no further word. */
export const runTask = async <Result, Said = unknown>(
  name: TaskName,
  order: object,
  options: TaskOptions<Said>,
): Promise<Result> => {
  await using task = new TaskProcess<Result, Said>(name, order, options);
  return await task.result;
};

const resultOf = <Result, Said>(
  child: ChildProcess,
  name: TaskName,
  { signal, onSaid }: TaskOptions<Said>,
): Promise<Result> =>
  new Promise((resolve, reject) => {
    let result: { readonly value: Result } | undefined;
    let last = '';
    const kill = (): void => void child.kill('SIGKILL');
    let timer = setTimeout(kill, patienceMs);
    signal.addEventListener('abort', kill);
    child.on('message', (report: TaskReport<Result, Said>) => {
      if (report.kind === 'result') result = { value: report.result };
      else {
        onSaid?.(report.said);
        const said = JSON.stringify(report.said);
        if (said === last) return;
        last = said;
      }
      clearTimeout(timer);
      timer = setTimeout(kill, patienceMs);
    });
    child.once('error', reject);
    child.once('exit', (code, killedBy) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      if (result) resolve(result.value);
      else if (signal.aborted) reject(signal.reason);
      else
        reject(
          new Error(`${name} ended with ${code ?? killedBy}, and had said ${last || 'nothing'}`),
        );
    });
  });
