import { readFileSync } from 'node:fs';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { Bus, ConsumerDeclaration, NamedLag } from '../pipeline/ports.ts';

/** How often the broker is asked how far the consumers are behind. */
const lagEveryMs = 5_000;

export interface Reporting {
  readonly bus: Bus;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Keeps the gauges of a service true until it is told to end. */
export const reportService = (
  { bus, metrics, clock, logger }: Reporting,
  consumers: readonly ConsumerDeclaration[],
  service: {
    readonly isReady: () => boolean;
    readonly inFlight: () => number;
    readonly concurrency: number;
  },
): (() => void) => {
  const inFlight = metrics.gauge('millrace_events_in_flight', {});
  const ready = metrics.gauge('millrace_worker_ready', {});
  metrics.gauge('millrace_concurrency_limit', {}).set(service.concurrency);
  reportProcess(metrics, bus);
  metrics.beforeScrape(() => {
    inFlight.set(service.inFlight());
    ready.set(service.isReady() ? 1 : 0);
  });
  return reportLag({ metrics, clock, logger }, async () => {
    const lags = await Promise.all(consumers.map((consumer) => bus.lag(consumer)));
    return consumers.map(({ stream, durable }, index) => ({
      stream: stream.name,
      durable,
      pending: lags[index]?.pending ?? 0,
      unacknowledged: lags[index]?.unacknowledged ?? 0,
    }));
  });
};

/** What every process tells of itself: its version, and whether it is connected. */
export const reportProcess = (metrics: Metrics, bus: Bus): void => {
  const connected = metrics.gauge('millrace_broker_connected', {});
  metrics.gauge('millrace_build_info', { version: packageVersion(), node: process.version }).set(1);
  metrics.beforeScrape(() => connected.set(bus.isConnected() ? 1 : 0));
};

/** Asks again and again how far consumers are behind, until told to end. */
export const reportLag = (
  { metrics, clock, logger }: Omit<Reporting, 'bus'>,
  ask: () => Promise<readonly NamedLag[]>,
): (() => void) => {
  let cancel = () => {};
  let hasEnded = false;
  const poll = async (): Promise<void> => {
    try {
      const lags = await ask();
      forgetLag(metrics);
      for (const { stream, durable: consumer, pending, unacknowledged } of lags) {
        const labels = { stream, consumer };
        metrics.gauge('millrace_consumer_pending_events', labels, consumer).set(pending);
        metrics
          .gauge('millrace_consumer_unacknowledged_events', labels, consumer)
          .set(unacknowledged);
      }
    } catch (error) {
      forgetLag(metrics);
      logger.warn({ error: String(error) }, 'cannot read the lag');
    }
    if (!hasEnded) cancel = clock.after(lagEveryMs, () => void poll());
  };
  void poll();
  return () => {
    hasEnded = true;
    cancel();
  };
};

/** What is gone, or cannot be read, must not look as if it were known. */
const forgetLag = (metrics: Metrics): void => {
  metrics.forget('millrace_consumer_pending_events');
  metrics.forget('millrace_consumer_unacknowledged_events');
};

/** The version of this package: the same from `src/` and from `dist/`: both are three folders below the package. */
export const packageVersion = (): string => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};
