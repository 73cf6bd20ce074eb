import type { Scope } from '../di/token.ts';
import type { AnyService } from '../pipeline/define-service.ts';
import { workerEnvironment } from './config.ts';
import { runProcess } from './run-process.ts';
import { startService } from './start-service.ts';
import { systemClock } from './system-clock.ts';

export interface WorkerOptions {
  /** Provides what the service's classes ask for besides what the runtime gives. */
  readonly provide?: (scope: Scope) => void;
}

/** Runs one service as a process of its own: any number of them share its events. */
export const runWorker = (service: AnyService, { provide }: WorkerOptions = {}): Promise<void> =>
  runProcess({
    name: service.name,
    environment: workerEnvironment,
    contracts: [...service.routes, ...service.reactions].map(({ contract }) => contract),
    start: (open, environment) =>
      startService(service, { ...open, environment, clock: systemClock, provide }),
  });
