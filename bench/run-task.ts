import { once } from 'node:events';
import { UsageError } from '../src/cli/terminal/usage-error.ts';
import { type Task, tasks } from './tasks.ts';

/** What the process of a task says. */
export type TaskReport<Result, Said> =
  | { readonly kind: 'said'; readonly said: Said }
  | { readonly kind: 'result'; readonly result: Result };

/** What a task is given in its process. */
export interface TaskContext {
  /** Tells the parent something. */
  readonly say: (said: unknown) => void;
  /** Resolves when the parent says something next. */
  readonly told: () => Promise<unknown>;
}

/** Runs one task in this process and reports to the parent. */
export const runTaskHere = async (name: string, order: string): Promise<void> => {
  const task = Object.entries(tasks).find(([known]) => known === name)?.[1];
  if (!task || !process.send) throw new UsageError(`"${name}" is no command of the benchmark`);
  const run: Task = await task();
  const result = await run(JSON.parse(order) as never, {
    say: (said) => void process.send?.({ kind: 'said', said }),
    told: () => once(process, 'message'),
  });
  await sent({ kind: 'result', result });
};

/** Resolves when it has left this process, which may then end. */
const sent = (report: TaskReport<unknown, unknown>): Promise<void> =>
  new Promise((resolve) => process.send?.(report, undefined, {}, () => resolve()));
