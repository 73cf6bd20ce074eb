import type { Metrics, SeriesValue } from '../observability/metrics.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { Bus } from '../pipeline/ports.ts';
import type { ReplicaReport } from '../pipeline/roll.ts';
import { packageVersion } from './report-service.ts';

export interface ReplicaParts {
  readonly bus: Pick<Bus, 'roll' | 'ownership'>;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly notReady: () => readonly string[];
  readonly inFlight: () => number;
}

/** Lets this process answer when its service is called: how it is, and what it has counted. */
export const reportReplica = ({ bus, metrics, clock, notReady, inFlight }: ReplicaParts): void => {
  const startedAt = clock.now();
  const version = packageVersion();
  bus.roll?.describe(async () => ({
    ...{ version, startedAt },
    notReady: [...notReady()],
    inFlight: inFlight(),
    partitions: partitionsOf(bus),
    totals: await totalsOf(metrics),
  }));
};

const partitionsOf = ({ ownership }: Pick<Bus, 'ownership'>): ReplicaReport['partitions'] =>
  Object.fromEntries(
    (ownership?.all() ?? []).map(({ stream, partitions }) => [stream, [...partitions]]),
  );

const totalsOf = async (metrics: Metrics): Promise<ReplicaReport['totals']> => {
  const settled: Record<string, number> = {};
  for (const { labels, value } of await metrics.read('millrace_events_settled_total')) {
    const outcome = String(labels['outcome']);
    settled[outcome] = (settled[outcome] ?? 0) + value;
  }
  return {
    settled,
    response: sumOf(await metrics.read('millrace_event_response_seconds')),
    visible: sumOf(await metrics.read('millrace_event_visible_seconds')),
  };
};

const sumOf = (series: readonly SeriesValue[]): { count: number; sum: number } => {
  const total = (ending: string): number =>
    series
      .filter(({ metricName }) => metricName?.endsWith(ending))
      .reduce((sum, { value }) => sum + value, 0);
  return { count: total('_count'), sum: total('_sum') };
};
