import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { AnyService } from '../pipeline/define-service.ts';
import { LeftBehind } from '../pipeline/left-behind.ts';
import { Letters } from '../pipeline/letters.ts';
import type { Bus } from '../pipeline/ports.ts';
import { type TrimReport, trim } from '../pipeline/trim.ts';

export interface TrimmingOptions {
  readonly service: Pick<AnyService, 'stream' | 'retention'>;
  readonly bus: Bus;
  /** From the end of a round to the next; 0 for no rounds at all. */
  readonly everyMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A holder that is gone is succeeded after so many rounds. */
const leaseRounds = 3;

/**
 * Trims a service's stream now and then, until told to end: one of its replicas does, by a lease.
 *
 * A round takes half the time between two at most. One that fails is done again the next time.
 */
export const trimRegularly = (options: TrimmingOptions): (() => void) => {
  const { service, bus, everyMs, clock, logger } = options;
  const { upkeep } = bus;
  // What is in memory ends with its process.
  if (!upkeep || everyMs === 0) return () => {};
  const { stream, retention } = service;
  const copies = new LeftBehind(bus, upkeep, stream);
  const leftBehind = (partition: number) => copies.firstIn(partition);
  const letters = new Letters(bus, upkeep, stream);
  // What is not known keeps its letters.
  const hasParked = (partition: number) => letters.parkedIn(partition) !== 0;
  const ending = new AbortController();
  const tell = reporter(options);
  let cancel = () => {};
  let hasEnded = false;
  const round = async (): Promise<void> => {
    try {
      const isOurs = await upkeep.hold(`trim.${stream.name}`, leaseRounds * everyMs);
      const now = clock.now();
      const isOver = () => hasEnded || clock.now() > now + everyMs / 2;
      if (isOurs && retention.deadLettersMs !== 'keep') await letters.look(ending.signal);
      const asked = { stream, retention, upkeep, now, leftBehind, hasParked, isOver };
      tell(isOurs ? await trim(asked) : [], now);
    } catch (error) {
      logger.warn({ error: String(error) }, 'cannot trim the stream');
    }
    if (!hasEnded) cancel = clock.after(everyMs, () => void round());
  };
  cancel = clock.after(everyMs, () => void round());
  return () => {
    hasEnded = true;
    ending.abort(new Error('the service ends'));
    cancel();
  };
};

/** Counts what went; logs it, and who holds back the rest, once while it stays the same. */
const reporter = ({ metrics, logger, service }: TrimmingOptions) => {
  const held = new Map<string, string>();
  const stream = service.stream.name;
  return (reports: readonly TrimReport[], now: number): void => {
    // Who does not trim now does not know.
    metrics.forget('millrace_oldest_kept_seconds');
    metrics.forget('millrace_held_back_seconds');
    for (const { kind, trimmed, oldest, heldBackBy } of reports) {
      metrics.counter('millrace_trimmed_messages_total', { kind }).inc(trimmed);
      const age = Math.max(0, (now - (oldest ?? now)) / 1000);
      metrics.gauge('millrace_oldest_kept_seconds', { kind }).set(age);
      if (trimmed > 0) logger.info({ stream, kind, trimmed }, 'trimmed');
      for (const [holder, overdueMs] of longestByHolder(heldBackBy)) {
        metrics.gauge('millrace_held_back_seconds', { kind, holder }).set(overdueMs / 1000);
      }
      const by = heldBackBy.map((held) => held.by).join(', ');
      if (by && by !== held.get(kind)) logger.warn({ stream, kind, by }, 'old messages are held');
      held.set(kind, by);
    }
  };
};

const longestByHolder = (held: TrimReport['heldBackBy']): ReadonlyMap<string, number> => {
  const longest = new Map<string, number>();
  for (const { holder, overdueMs } of held) {
    longest.set(holder, Math.max(overdueMs, longest.get(holder) ?? 0));
  }
  return longest;
};
