import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import type { Metrics } from '../observability/metrics.ts';
import type { Bus } from '../pipeline/ports.ts';

/** What a service is asked for at each scrape. */
export interface ReportedService {
  readonly isReady: () => boolean;
  readonly inFlight: () => number;
  readonly waitingForRetry: () => number;
  /** For how long it has been draining; nothing while it is not. */
  readonly drainingMs: () => number | undefined;
  readonly concurrency: number;
}

/** Keeps the gauges of a service true. */
export const reportService = (metrics: Metrics, bus: Bus, service: ReportedService): void => {
  const inFlight = metrics.gauge('millrace_events_in_flight', {});
  const waiting = metrics.gauge('millrace_retries_waiting_events', {});
  const ready = metrics.gauge('millrace_worker_ready', {});
  const draining = metrics.gauge('millrace_worker_draining', {});
  const drain = metrics.gauge('millrace_drain_seconds', {});
  metrics.gauge('millrace_concurrency_limit', {}).set(service.concurrency);
  // Shown before there are any, so that their first one is an increase.
  metrics.counter('millrace_abandoned_events_total', {});
  reportProcess(metrics, bus);
  metrics.beforeScrape(() => {
    const drainingMs = service.drainingMs();
    inFlight.set(service.inFlight());
    waiting.set(service.waitingForRetry());
    ready.set(service.isReady() ? 1 : 0);
    draining.set(drainingMs === undefined ? 0 : 1);
    drain.set((drainingMs ?? 0) / 1000);
  });
};

/** What a process tells before it is connected: its version, its memory, and that it is not. */
export const reportStart = (metrics: Metrics): void => {
  metrics.gauge('millrace_build_info', { version: packageVersion(), node: process.version }).set(1);
  metrics.gauge('millrace_heap_limit_bytes', {}).set(getHeapStatistics().heap_size_limit);
  metrics.gauge('millrace_broker_connected', {}).set(0);
};

/** What every process tells of itself: its version, its memory, and whether it is connected. */
export const reportProcess = (metrics: Metrics, bus: Bus): void => {
  reportStart(metrics);
  const connected = metrics.gauge('millrace_broker_connected', {});
  metrics.beforeScrape(() => connected.set(bus.isConnected() ? 1 : 0));
};

/** The version of this package: the same from `src/` and from `dist/`: both are three folders below the package. */
export const packageVersion = (): string => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};
