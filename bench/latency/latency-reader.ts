import { AckPolicy, connect, nanos } from 'nats';
import { subjectsOf } from '../../src/contracts/streams.ts';
import { provide } from '../../src/infra/di/token.ts';
import type { AnyService } from '../../src/infra/pipeline/define-service.ts';
import { readConfig, workerEnvironment } from '../../src/infra/runtime/config.ts';
import { openProcess } from '../../src/infra/runtime/open-process.ts';
import { startService } from '../../src/infra/runtime/start-service.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import { machineMicros } from '../machine-micros.ts';
import { pullSize } from '../rows/bare-consumer.ts';
import type { TaskContext } from '../run-task.ts';
import { curve, Latencies, shares } from './latencies.ts';
import { type LatencyData, latencyEvents } from './latency-events.ts';
import {
  Arrival,
  answeringService,
  noticingService,
  noticingUnordered,
} from './latency-services.ts';

/** Who handles: the client's loop, a worker without state, or one with. */
export type Reader = 'callback' | 'unordered' | 'reaction' | 'state' | 'watch';

/** What a reader is told. */
export interface LatencyReaderOrder {
  readonly url: string;
  readonly reader: Reader;
  readonly events: number;
}

/** Milliseconds from publishing: by the shares that are said, and by those that are drawn. */
export interface LatencyResult {
  readonly saidMs: readonly number[];
  readonly curveMs: readonly number[];
}

/** Reads as it is told until every event has come, or it is told to stop. Says `0` when it reads. */
export const runLatencyReader = async (
  { url, reader, events }: LatencyReaderOrder,
  { say, told }: TaskContext,
): Promise<LatencyResult | undefined> => {
  const latencies = new Latencies(events);
  const arrived = ({ number, atMicros }: LatencyData): void =>
    latencies.add(number, machineMicros() - atMicros);
  const stop = await readers[reader](url, { arrived });
  say(0);
  const timer = setInterval(() => say(latencies.count), 500);
  await Promise.race([latencies.complete, told()]);
  clearInterval(timer);
  await stop();
  if (latencies.count < events) return undefined;
  return { saidMs: latencies.percentilesMs(shares), curveMs: latencies.percentilesMs(curve) };
};

/** Begins to read; the function returned ends it. */
type Begin = (url: string, arrival: Arrival) => Promise<() => Promise<unknown>>;

const loop =
  (durable: string): Begin =>
  async (url, arrival) => {
    const connection = await connect({ servers: url, name: durable, noAsyncTraces: true });
    const manager = await connection.jetstreamManager();
    const { name } = latencyEvents.stream;
    await manager.consumers.add(name, {
      durable_name: durable,
      filter_subject: subjectsOf(latencyEvents.stream).facts,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(30_000),
      max_ack_pending: 20_000,
    });
    const consumer = await connection.jetstream().consumers.get(name, durable);
    await consumer.consume({
      max_messages: pullSize,
      callback: (message) => {
        arrival.arrived(message.json<LatencyData>());
        message.ack();
      },
    });
    return () => connection.drain();
  };

const worker =
  (service: AnyService): Begin =>
  async (url, arrival) => {
    const environment = readConfig(workerEnvironment, { NATS_URL: url, LOG_LEVEL: 'warn' });
    const { logger, metrics, bus } = await openProcess(service.name, environment, []);
    const running = await startService(service, {
      bus,
      environment,
      logger,
      metrics,
      clock: systemClock,
      provide: (scope) => provide(scope, Arrival, arrival),
    });
    return async () => {
      await running.stop();
      await bus[Symbol.asyncDispose]();
    };
  };

const readers: Readonly<Record<Reader, Begin>> = {
  callback: loop('callback'),
  unordered: worker(noticingUnordered),
  reaction: worker(noticingService),
  state: worker(answeringService),
  watch: loop('watch'),
};
