import type { TaskContext } from './run-task.ts';

/** What runs in a process of its own; its order comes as JSON from who knows its type. */
export type Task = (order: never, context: TaskContext) => Promise<unknown>;

/** All of them; each is loaded by its own process alone. */
export const tasks = {
  compared: async () => (await import('./systems/compared-process.ts')).runComparedProcess,
  row: async () => (await import('./row-process.ts')).runRowProcess,
  'latency-publisher': async () =>
    (await import('./latency/latency-publisher.ts')).runLatencyPublisher,
  'latency-reader': async () => (await import('./latency/latency-reader.ts')).runLatencyReader,
  commits: async () => (await import('./commits/commit-task.ts')).runCommits,
  limit: async () => (await import('./growth/limit-task.ts')).runLimit,
  'flood-worker': async () => (await import('./flood/flood-worker.ts')).runFloodWorker,
  'gateway-server': async () => (await import('./gateway/gateway-server.ts')).runGatewayServer,
  'gateway-load': async () => (await import('./gateway/gateway-load.ts')).runGatewayLoad,
} satisfies Readonly<Record<string, () => Promise<Task>>>;

export type TaskName = keyof typeof tasks;
