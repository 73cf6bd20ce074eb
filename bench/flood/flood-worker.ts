import { provide } from '../../src/infra/di/token.ts';
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
  const logger = openLogger({
    service: service.name,
    // What is meant to fail is not told among the results.
    level: flood.poisoned > 0 ? 'silent' : 'warn',
    format: 'json',
    contracts: [],
  });
  const metrics = new Metrics(service.name);
  let [count, owned] = [0, 0];
  const measuring = measureBus(metrics, logger);
  await using bus = await NatsBus.connect(
    { name: service.name, servers: [url], replicas: 1, storage: 'file' },
    {
      ...measuring,
      onOwned: (now) => {
        owned = now.partitions.length;
        measuring.onOwned(now);
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
  await told();
  clearInterval(timer);
  await running.stop();
};
