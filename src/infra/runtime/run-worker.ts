import type { Scope } from '../di/token.ts';
import type { AnyService } from '../pipeline/define-service.ts';
import { readConfig, workerEnvironment } from './config.ts';
import { HealthServer } from './health-server.ts';
import { openProcess } from './open-process.ts';
import { runMain } from './run-main.ts';
import { aborted, shutdownSignal } from './shutdown.ts';
import { startService } from './start-service.ts';
import { systemClock } from './system-clock.ts';

export interface WorkerOptions {
  /** Provides what the service's classes ask for besides what the runtime gives. */
  readonly provide?: (scope: Scope) => void;
}

/**
 * Runs one service as a process: from its environment until SIGTERM, then drains.
 *
 * Ends the process with code 0 after a clean stop, 1 when it could not start.
 */
export const runWorker = (service: AnyService, options: WorkerOptions = {}): Promise<void> =>
  runMain(async () => {
    const environment = readConfig(workerEnvironment);
    const stop = shutdownSignal();
    const contracts = [...service.routes, ...service.reactions].map(({ contract }) => contract);
    let notReady: () => readonly string[] = () => ['starting'];

    const { logger, metrics, bus } = await openProcess(service.name, environment, contracts);
    await using _connection = bus;
    await using health = await HealthServer.listen({
      host: environment.HEALTH_HOST,
      port: environment.HEALTH_PORT,
      readiness: () => notReady(),
      metrics,
    });
    const running = await startService(service, {
      bus,
      environment,
      logger,
      metrics,
      clock: systemClock,
      provide: options.provide,
    });
    notReady = () => running.notReady();
    logger.info({ health: health.port }, 'consuming');
    await aborted(stop);
    logger.info({ signal: String(stop.reason) }, 'draining');
    await running.stop();
  });
