import type { TaskContext } from './run-task.ts';

/** What runs in a process of its own; its order comes as JSON from who knows its type. */
export type Task = (order: never, context: TaskContext) => Promise<unknown>;

/** All of them; each is loaded by its own process alone. */
export const tasks = {
  row: async () => (await import('./row-process.ts')).runRowProcess,
} satisfies Readonly<Record<string, () => Promise<Task>>>;

export type TaskName = keyof typeof tasks;
