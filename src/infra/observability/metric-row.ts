/** Which processes show a metric. */
export type MetricSource = 'worker' | 'gateway' | 'observer';

/** One row of the metric table: everything that dashboards, rules and the docs may rely on. */
export interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** What an observer says of the broker every observer says: take the largest. */
  readonly from: readonly MetricSource[];
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

/** Upper bounds, in seconds, for what takes as long as work does. */
export const work = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** The same for what may wait behind other work. */
export const patience = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];
