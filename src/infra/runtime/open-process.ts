import type { EventContract } from '../../contracts/define-event.ts';
import { NatsBus } from '../nats/nats-bus.ts';
import { type Logger, openLogger } from '../observability/logger.ts';
import { measureBus } from '../observability/measure-bus.ts';
import { Metrics } from '../observability/metrics.ts';
import type { CommonEnvironment } from './config.ts';

/** What every process of Millrace has: a log, metrics, a connection to the broker. */
export interface OpenProcess {
  readonly logger: Logger;
  readonly metrics: Metrics;
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
  const logger = openLogger({
    service: name,
    level: environment.LOG_LEVEL,
    format: environment.LOG_FORMAT,
    contracts,
  });
  const metrics = new Metrics(name);
  metrics.exportProcess();
  const bus = await NatsBus.connect(
    {
      name,
      servers: environment.NATS_URL,
      credentialsFile: environment.NATS_CREDENTIALS_FILE,
      replicas: environment.STREAM_REPLICAS,
      storage: environment.STREAM_STORAGE,
      maxBytes: environment.STREAM_MAX_BYTES,
    },
    {
      onTrouble: (what) => logger.warn({ what }, 'broker trouble'),
      ...measureBus(metrics, logger),
      onClosed: (why) => {
        // Nothing can be done any more; whoever started the process starts it again.
        logger.fatal({ why }, 'connection to the broker closed for good');
        process.exit(1);
      },
    },
  );
  return { logger, metrics, bus };
};
