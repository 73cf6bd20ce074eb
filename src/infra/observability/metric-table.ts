import { brokerMetrics } from './broker-metrics.ts';
import { eventMetrics } from './event-metrics.ts';
import { processMetricTable } from './process-metrics.ts';

export type { MetricRow } from './metric-row.ts';

/**
 * Every metric of Millrace, once. Units are in the names (seconds, bytes, events).
 *
 * What a process did, the process says; what the broker knows, an observer says, and nobody else.
 * `service` is on all of them. `type` is bounded: a type without a route counts as `unknown`.
 */
export const metricTable = { ...eventMetrics, ...processMetricTable, ...brokerMetrics } as const;

export type MetricName = keyof typeof metricTable;

/** The process metrics of prom-client that are exported beside the table; the rest are left out. */
export const processMetrics = [
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
  'process_open_fds',
  'process_max_fds',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_heap_size_used_bytes',
  'nodejs_gc_duration_seconds',
] as const;

/** How many series a process shows at most, those of Node.js included; what it does adds none beyond. */
export const seriesBudget = { worker: 1_000, gateway: 2_500, observer: 1_000 } as const;
