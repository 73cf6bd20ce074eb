import type { z } from 'zod';
import type { EventContract } from '../../contracts/define-event.ts';
import { type CommonEnvironment, readConfig } from './config.ts';
import { HealthServer } from './health-server.ts';
import { type OpenProcess, openBus, openInstruments } from './open-process.ts';
import { runMain } from './run-main.ts';
import type { Running } from './running.ts';
import { aborted, shutdownSignal } from './shutdown.ts';

export interface ProcessDefinition<Environment extends CommonEnvironment> {
  /** Its name for the broker, the log and the metrics. */
  readonly name: string;
  readonly environment: z.ZodType<Environment>;
  /** The contracts whose personal fields must not be logged. */
  readonly contracts: readonly EventContract[];
  readonly start: (open: OpenProcess, environment: Environment) => Promise<Running>;
}

/**
 * Runs a process: from its environment until SIGTERM or SIGINT, then drains.
 *
 * Health answers before there is a broker, so that an orchestrator and Prometheus see a process that is
 * still starting, or cannot.
 * Ends the process with code 0 after a clean stop, 1 when it could not start.
 */
export const runProcess = <Environment extends CommonEnvironment>(
  definition: ProcessDefinition<Environment>,
): Promise<void> =>
  runMain(async () => {
    const stop = shutdownSignal();
    let isRunning = false;
    const run = runUntil(stop, definition, () => {
      isRunning = true;
    });
    await Promise.race([run, aborted(stop)]);
    // Told to stop while still starting, it has begun nothing that would have to be finished.
    if (isRunning) await run;
  });

/** Spans of the last events must not hold up whoever is leaving. */
const traceFlushMs = 2_000;

const runUntil = async <Environment extends CommonEnvironment>(
  stop: AbortSignal,
  definition: ProcessDefinition<Environment>,
  onRunning: () => void,
): Promise<void> => {
  const environment = readConfig(definition.environment);
  const instruments = await openInstruments(definition.name, environment, definition.contracts);
  const { logger, metrics, tracing } = instruments;
  await using _traces = { [Symbol.asyncDispose]: async () => tracing?.close(traceFlushMs) };
  let running: Running | undefined;
  await using health = await HealthServer.listen({
    host: environment.HEALTH_HOST,
    port: environment.HEALTH_PORT,
    readiness: () => running?.notReady() ?? ['starting'],
    metrics,
    pages: () => running?.pages,
  });
  await using bus = await openBus(definition.name, environment, instruments);
  running = await definition.start({ ...instruments, bus }, environment);
  onRunning();
  logger.info({ health: health.port }, 'running');
  await aborted(stop);
  logger.info({ signal: String(stop.reason) }, 'draining');
  await running.stop();
};
