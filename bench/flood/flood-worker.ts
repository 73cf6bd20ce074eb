import { provide } from '../../src/infra/di/token.ts';
import type { BusWatcher } from '../../src/infra/nats/bus-watcher.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { type Logger, openLogger } from '../../src/infra/observability/logger.ts';
import { measureBus } from '../../src/infra/observability/measure-bus.ts';
import { Metrics } from '../../src/infra/observability/metrics.ts';
import {
  readConfig,
  type WorkerEnvironment,
  workerEnvironment,
} from '../../src/infra/runtime/config.ts';
import { startService } from '../../src/infra/runtime/start-service.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import { openTracing } from '../../src/infra/tracing/open-tracing.ts';
import { Tally } from '../bench-services.ts';
import { machineMicros } from '../machine-micros.ts';
import type { TaskContext } from '../run-task.ts';
import { DarkMetrics } from './dark-metrics.ts';
import type { Flood } from './flood.ts';
import { floodService } from './flood-service.ts';

/** Where the worker of a flood finds the others. */
export interface FloodUrls {
  /** The broker. */
  readonly url: string;
  /** Where it sends its spans, if it records any. */
  readonly collector: string;
}

/** What the worker of a flood is told. */
export interface FloodWorkerOrder extends FloodUrls {
  readonly flood: Flood;
  /** Which of its readers it works for. */
  readonly reader: number;
}

/** How far a worker is, at one moment. */
export interface FloodSample {
  readonly atMicros: number;
  readonly count: number;
  readonly cpuMicros: number;
  /** How many partitions it owns. */
  readonly owned: number;
}

const everyMs = 20;

/** A worker process as any other, with its default settings; says how far it is until it is told to stop. */
export const runFloodWorker = async (
  { url, collector, flood, reader }: FloodWorkerOrder,
  { say, told }: TaskContext,
): Promise<void> => {
  const service = floodService(flood, reader);
  const environment = readConfig(workerEnvironment, { NATS_URL: url, LOG_LEVEL: 'warn' });
  const { logger, metrics, watcher } = shownBy(flood, service.name);
  const tracing =
    flood.shown === 'traces' ? await trace(collector, environment, logger) : undefined;
  let [count, owned] = [0, 0];
  await using bus = await NatsBus.connect(
    { name: service.name, servers: [url], replicas: 1, storage: 'file' },
    {
      ...watcher,
      onBatch: (batch) => {
        watcher.onBatch?.(batch);
        tracing?.batch(batch);
      },
      onOwned: (now) => {
        owned = now.partitions.length;
        watcher.onOwned?.(now);
      },
    },
  );
  const tally: Tally = { add: () => void count++ };
  const running = await startService(service, {
    bus,
    environment,
    logger,
    metrics,
    clock: systemClock,
    tracing,
    provide: (scope) => provide(scope, Tally, tally),
  });
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage();
    say({ atMicros: machineMicros(), count, cpuMicros: user + system, owned });
  }, everyMs);
  const endScrapes = isScraped(flood) ? scrape(metrics) : () => {};
  await told();
  endScrapes();
  clearInterval(timer);
  await running.stop();
  await tracing?.close(0);
};

const isScraped = ({ shown }: Flood): boolean => shown === 'everything' || shown === 'traces';

/** What a worker counts and says. */
const shownBy = (flood: Flood, service: string) => {
  const { shown, poisoned } = flood;
  const logger = openLogger({
    service,
    // What is meant to fail is not told among the results.
    level: shown === 'nothing' || poisoned > 0 ? 'silent' : 'warn',
    format: 'json',
    contracts: [],
  });
  const metrics = shown === 'nothing' ? new DarkMetrics(service) : new Metrics(service);
  if (isScraped(flood)) metrics.exportProcess();
  const watcher: BusWatcher = shown === 'nothing' ? {} : measureBus(metrics, logger);
  return { logger, metrics, watcher };
};

/** Tracing as a worker opens it, with OpenTelemetry's own settings but for where spans go. */
const trace = (collector: string, environment: WorkerEnvironment, logger: Logger) => {
  // OpenTelemetry reads it from there itself.
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector;
  return openTracing({
    service: 'flood',
    version: '0',
    instance: String(process.pid),
    settings: { ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: collector },
    logger,
    clock: systemClock,
  });
};

const scrapeEveryMs = 1_000;

/** Asks for the metrics as Prometheus does, but fifteen times as often; until told to end. */
const scrape = (metrics: Metrics): (() => void) => {
  const timer = setInterval(() => void metrics.expose('openmetrics'), scrapeEveryMs);
  return () => clearInterval(timer);
};
