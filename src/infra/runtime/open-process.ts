import type { EventContract } from '../../contracts/define-event.ts';
import { NatsBus } from '../nats/nats-bus.ts';
import { LogLimit } from '../observability/log-limit.ts';
import { type Logger, openLogger } from '../observability/logger.ts';
import { measureBus } from '../observability/measure-bus.ts';
import { Metrics } from '../observability/metrics.ts';
import type { AnsweredBatch } from '../pipeline/tracing.ts';
import { openTracing } from '../tracing/open-tracing.ts';
import type { OpenTracing } from '../tracing/tracing-options.ts';
import { brokerAccess, type CommonEnvironment } from './config.ts';
import { packageVersion, reportStart } from './report-service.ts';
import { systemClock } from './system-clock.ts';
import { thisProcess } from './undertaker.ts';

/** What a process tells of itself by. */
export interface Instruments {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Nothing while the environment names no collector. */
  readonly tracing: OpenTracing | undefined;
}

/** What every process of Millrace has: a log, metrics, a connection to the broker. */
export interface OpenProcess extends Instruments {
  readonly bus: NatsBus;
}

/**
 * Opens log, metrics and the connection for a process.
 *
 * @throws BusUnavailable when there is no broker in time, or it is too old
 */
export const openProcess = async (
  name: string,
  environment: CommonEnvironment,
  contracts: readonly EventContract[],
): Promise<OpenProcess> => {
  const instruments = await openInstruments(name, environment, contracts);
  return { ...instruments, bus: await openBus(name, environment, instruments) };
};

/** Opens log, metrics and traces, which need no broker. The metrics say that there is none yet. */
export const openInstruments = async (
  name: string,
  environment: CommonEnvironment,
  contracts: readonly EventContract[],
): Promise<Instruments> => {
  const logger = openLogger({
    service: name,
    level: environment.LOG_LEVEL,
    format: environment.LOG_FORMAT,
    contracts,
  });
  const metrics = new Metrics(name);
  metrics.exportProcess();
  reportStart(metrics);
  const tracing = await openTracing({
    service: name,
    version: packageVersion(),
    instance: thisProcess().worker,
    settings: environment,
    logger,
    clock: systemClock,
  });
  return { logger, metrics, tracing };
};

/**
 * Connects a process to the broker.
 *
 * @throws BusUnavailable when there is none in time, or it is too old
 */
export const openBus = (
  name: string,
  environment: CommonEnvironment,
  { logger, metrics, tracing }: Instruments,
): Promise<NatsBus> => {
  const measured = measureBus(metrics, logger);
  return NatsBus.connect(
    {
      name,
      ...brokerAccess(environment),
      replicas: environment.STREAM_REPLICAS,
      storage: environment.STREAM_STORAGE,
      maxBytes: environment.STREAM_MAX_BYTES,
    },
    {
      onTrouble: sayTrouble(logger),
      ...measured,
      ...(tracing ? { onBatch: both(measured.onBatch, tracing.batch) } : {}),
      onClosed: (why) => {
        // Nothing can be done any more; whoever started the process starts it again.
        logger.fatal({ why }, 'connection to the broker closed for good');
        process.exit(1);
      },
    },
  );
};

/** A broker that is away is said to be away by everybody who wants something of it. */
const sayTrouble = (logger: Logger) => {
  const limit = new LogLimit({ elapsed: () => performance.now() });
  return (what: string): void =>
    limit.line(what.split(':', 1)[0] ?? '', (suppressed) =>
      logger.warn({ what, ...suppressed }, 'broker trouble'),
    );
};

type TakeBatch = (batch: AnsweredBatch) => void;

const both =
  (one: TakeBatch, other: TakeBatch): TakeBatch =>
  (batch) => {
    one(batch);
    other(batch);
  };
