import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { type Clock, sleep } from '../pipeline/clock.ts';
import type { Stopped } from '../pipeline/consume.ts';

/** How long a process that is about to end waits for somebody to ask what it counted. */
const scrapeMs = 10_000;

/**
 * Says what was left unfinished when a drain ran out of time.
 *
 * What a process counts in its last moment nobody would see; so one that has abandoned something stays
 * until it has been scraped once more, ten seconds at most.
 */
export const tellAbandoned = async (
  { metrics, clock, logger }: { metrics: Metrics; clock: Clock; logger: Logger },
  stopped: readonly Stopped[],
): Promise<void> => {
  const abandoned = stopped.reduce((sum, one) => sum + one.abandoned, 0);
  if (abandoned === 0) return;
  metrics.counter('millrace_abandoned_events_total', {}).inc(abandoned);
  logger.error({ abandoned }, 'handlers still run: their events are delivered again');
  await Promise.race([metrics.scraped(), sleep(clock, scrapeMs)]);
};
