import { setTimeout as sleep } from 'node:timers/promises';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { BenchServer } from '../bench-server.ts';
import type { BenchParts } from '../comparison.ts';
import { runTask, TaskProcess } from '../task-process.ts';
import { untilIdle } from '../until-idle.ts';
import { latencyEvents } from './latency-events.ts';
import type { LatencyPublisherOrder } from './latency-publisher.ts';
import type { LatencyReaderOrder, LatencyResult, Reader } from './latency-reader.ts';

/** What is measured: from publishing to the handler that runs, or to the fact that can be read. */
export type Way = 'callback' | 'unordered' | 'reaction' | 'fact';

/** A worker has taken over its partitions by then. */
const settleMs = 1_500;

/**
 * How long events take that are published at an even rate, on a server of its own.
 *
 * For a fact the worker commits, and the client's loop beside it sees the fact.
 */
export const runLatency = async (
  {
    way,
    perSecond,
    events,
  }: { readonly way: Way; readonly perSecond: number; readonly events: number },
  { binary, signal }: Pick<BenchParts, 'binary' | 'signal'>,
): Promise<LatencyResult> => {
  await using server = await BenchServer.start(binary);
  const { url } = server;
  await using bus = await NatsBus.connect({
    name: 'latency',
    servers: [url],
    replicas: 1,
    storage: 'file',
  });
  await bus.ensure({ streams: [latencyEvents.stream], consumers: [] });
  const reading = (reader: Reader) => startReader({ url, reader, events }, signal);
  await using measured = await reading(way === 'fact' ? 'watch' : way);
  await using worker = way === 'fact' ? await reading('state') : undefined;
  await sleep(settleMs, undefined, { signal });
  await untilIdle(server.pid, signal);
  const publishes = way === 'fact' ? 'requests' : 'facts';
  const order: LatencyPublisherOrder = { url, publishes, perSecond, events };
  await runTask('latency-publisher', order, { signal });
  const result = await measured.result;
  worker?.tell('stop');
  if (!result) throw new Error(`${way}: not every event came`);
  return result;
};

/** Resolves when it reads. */
const startReader = async (
  order: LatencyReaderOrder,
  signal: AbortSignal,
): Promise<TaskProcess<LatencyResult | undefined, number>> => {
  let markReading = (): void => {};
  const reads = new Promise<void>((resolve) => {
    markReading = resolve;
  });
  const task = new TaskProcess<LatencyResult | undefined, number>('latency-reader', order, {
    signal,
    onSaid: () => markReading(),
  });
  await Promise.race([reads, task.result]);
  return task;
};
