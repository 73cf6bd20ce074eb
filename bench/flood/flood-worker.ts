import { provide } from '../../src/infra/di/token.ts';
import type { BusWatcher } from '../../src/infra/nats/bus-watcher.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { openLogger } from '../../src/infra/observability/logger.ts';
import { measureBus } from '../../src/infra/observability/measure-bus.ts';
import { Metrics } from '../../src/infra/observability/metrics.ts';
import { readConfig, workerEnvironment } from '../../src/infra/runtime/config.ts';
import { startService } from '../../src/infra/runtime/start-service.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import { Tally } from '../bench-services.ts';
import { machineMicros } from '../machine-micros.ts';
import type { TaskContext } from '../run-task.ts';
import { DarkMetrics } from './dark-metrics.ts';
import type { Flood } from './flood.ts';
import { floodService } from './flood-service.ts';

/** What the worker of a flood is told. */
export interface FloodWorkerOrder {
  readonly url: string;
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
  { url, flood, reader }: FloodWorkerOrder,
  { say, told }: TaskContext,
): Promise<void> => {
  const service = floodService(flood, reader);
  const environment = readConfig(workerEnvironment, { NATS_URL: url, LOG_LEVEL: 'warn' });
  const { logger, metrics, watcher } = shownBy(flood, service.name);
  let [count, owned] = [0, 0];
  await using bus = await NatsBus.connect(
    { name: service.name, servers: [url], replicas: 1, storage: 'file' },
    {
      ...watcher,
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
    provide: (scope) => provide(scope, Tally, tally),
  });
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage();
    say({ atMicros: machineMicros(), count, cpuMicros: user + system, owned });
  }, everyMs);
  const endScrapes = flood.shown === 'everything' ? scrape(metrics) : () => {};
  await told();
  endScrapes();
  clearInterval(timer);
  await running.stop();
};

/** What a worker counts and says. */
const shownBy = ({ shown, poisoned }: Flood, service: string) => {
  const logger = openLogger({
    service,
    // What is meant to fail is not told among the results.
    level: shown === 'nothing' || poisoned > 0 ? 'silent' : 'warn',
    format: 'json',
    contracts: [],
  });
  const metrics = shown === 'nothing' ? new DarkMetrics(service) : new Metrics(service);
  if (shown === 'everything') metrics.exportProcess();
  const watcher: BusWatcher = shown === 'nothing' ? {} : measureBus(metrics, logger);
  return { logger, metrics, watcher };
};

const scrapeEveryMs = 1_000;

/** Asks for the metrics as Prometheus does, but fifteen times as often; until told to end. */
const scrape = (metrics: Metrics): (() => void) => {
  const timer = setInterval(() => void metrics.expose('openmetrics'), scrapeEveryMs);
  return () => clearInterval(timer);
};
