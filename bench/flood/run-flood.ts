import { connect, type JetStreamManager } from 'nats';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { BenchServer } from '../bench-server.ts';
import type { BenchParts } from '../comparison.ts';
import { machineMicros } from '../machine-micros.ts';
import { processCpuMicros } from '../process-cpu.ts';
import { untilIdle } from '../until-idle.ts';
import { Collector } from './collector.ts';
import { fillStream, newTrace } from './fill-stream.ts';
import type { Flood } from './flood.ts';
import { floodData, floodEvents, poisonedData } from './flood-events.ts';
import { FloodWorkers } from './flood-workers.ts';
import { middlePart, type Reading } from './middle-part.ts';

/** What a flood came to. */
export interface FloodResult {
  /** Of all processes together. */
  readonly eventsPerSecond: number;
  /** CPU time an event, of all worker processes together. */
  readonly clientCpuMicros: number;
  /** Nothing where the system does not say. */
  readonly serverCpuMicros: number | undefined;
  /** How many spans came to a collector, at most. */
  readonly spans: number;
}

const everyMs = 20;

/**
 * Runs a flood on a server of its own: workers start on an empty stream and share its partitions,
 * the broker pauses their consumers while the stream is filled, and then lets them all go at once.
 *
 * @throws when an event is left, or was not counted, or a worker fails
 */
export const runFlood = async (
  flood: Flood,
  { binary, signal }: Pick<BenchParts, 'binary' | 'signal'>,
): Promise<FloodResult> => {
  const { stream, Add, Added } = floodEvents(flood.partitions);
  await using server = await BenchServer.start(binary);
  await using bus = await NatsBus.connect({
    name: 'flood',
    servers: [server.url],
    replicas: 1,
    storage: 'file',
  });
  await bus.ensure({ streams: [stream], consumers: [] });
  await fillStream(bus, stream, flood.before, (index) => Added(floodData(index, flood.keys)));
  const connection = await connect({ servers: server.url, name: 'flood-manager' });
  const manager = await connection.jetstreamManager();

  await using collector = await Collector.start();
  const urls = { url: server.url, collector: collector.url };
  await using workers = new FloodWorkers(urls, flood, signal);
  await workers.shared();
  const consumers = await consumersOf(manager, stream.name);
  const until = new Date(Date.now() + 3_600_000);
  for (const name of consumers) await manager.consumers.pause(stream.name, name, until);
  const make = flood.kind === 'state' ? Add : Added;
  const stored = flood.events / flood.readers;
  const { poisoned } = flood;
  const plan = { events: stored, poisoned, keys: flood.keys };
  const makeOne = (index: number) => make(poisonedData(index, plan));
  const traceOf = (index: number) =>
    flood.shown === 'usual' ? undefined : newTrace(index % flood.recordedOneIn === 0);
  await fillStream(bus, stream, stored + poisoned, makeOne, traceOf);
  await untilIdle(server.pid, signal);

  const cpu: Reading[] = [];
  const timer = setInterval(() => {
    const value = processCpuMicros(server.pid);
    if (value !== undefined) cpu.push({ atMicros: machineMicros(), value });
  }, everyMs);
  await Promise.all(consumers.map((name) => manager.consumers.resume(stream.name, name)));
  await workers.handled(flood.events, () => {});
  clearInterval(timer);
  await workers.stop();
  await nothingLeft(manager, stream.name, consumers, poisoned);
  await connection.close();

  const found = middlePart(flood.events, workers.counts, [
    ...workers.cpus,
    ...(cpu[0] ? [cpu] : []),
  ]);
  const own = workers.cpus.length;
  return {
    eventsPerSecond: found.eventsPerSecond,
    clientCpuMicros: found.cpuMicros.slice(0, own).reduce((sum, micros) => sum + micros, 0),
    serverCpuMicros: found.cpuMicros[own],
    spans: collector.spans,
  };
};

const consumersOf = async (manager: JetStreamManager, stream: string): Promise<string[]> => {
  const names: string[] = [];
  for await (const { name } of manager.consumers.list(stream)) names.push(name);
  return names;
};

const nothingLeft = async (
  manager: JetStreamManager,
  stream: string,
  consumers: readonly string[],
  mayBeLeft: number,
): Promise<void> => {
  let left = 0;
  for (const name of consumers) {
    const { num_pending, num_ack_pending } = await manager.consumers.info(stream, name);
    left += num_pending + num_ack_pending;
  }
  if (left > mayBeLeft) throw new Error(`${left} events of a flood were left`);
};
