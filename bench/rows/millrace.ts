import { provide } from '../../src/infra/di/token.ts';
import type { AnyService } from '../../src/infra/pipeline/define-service.ts';
import { readConfig, workerEnvironment } from '../../src/infra/runtime/config.ts';
import { openProcess } from '../../src/infra/runtime/open-process.ts';
import { startService } from '../../src/infra/runtime/start-service.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import { Tally } from '../bench-services.ts';
import type { RowRun } from '../row.ts';

/** Runs a service as a worker process does, with its default settings, until every event is counted. */
export const runService = async (
  service: AnyService,
  { url, measurement, settings }: RowRun,
): Promise<void> => {
  const environment = readConfig(workerEnvironment, {
    NATS_URL: url,
    LOG_LEVEL: 'warn',
    ...settings,
  });
  const contracts = [...service.routes, ...service.reactions].map(({ contract }) => contract);
  const { logger, metrics, bus } = await openProcess(service.name, environment, contracts);
  await using _connection = bus;
  const running = await startService(service, {
    bus,
    environment,
    logger,
    metrics,
    clock: systemClock,
    provide: (scope) => provide(scope, Tally, measurement),
  });
  await measurement.counted;
  await running.stop();
};
