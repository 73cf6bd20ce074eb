import type { DiagLogger } from '@opentelemetry/api';
import { LogLimit } from '../observability/log-limit.ts';
import type { Logger } from '../observability/logger.ts';

const longestText = 300;

/**
 * Tells the log of the exporter's troubles, once a minute at most: a collector that is away for days
 * must not fill the log.
 */
export const sayTrouble = (
  logger: Logger,
  elapsed: () => number = () => performance.now(),
): DiagLogger => {
  const limit = new LogLimit({ burst: 1, everyMs: 60_000, elapsed });
  const warn = (what: string): void =>
    limit.line('trouble', (suppressed) =>
      logger.warn({ what: what.slice(0, longestText), ...suppressed }, 'tracing trouble'),
    );
  const nothing = (): void => {};
  return { error: warn, warn, info: nothing, debug: nothing, verbose: nothing };
};
