import { expect, test } from 'vitest';
import {
  type MetricRow,
  metricTable,
  processMetrics,
} from '../../src/infra/observability/metric-table.ts';
import { dashboard, queries } from './dashboard.ts';
import { recorded, rules } from './prometheus-files.ts';
import { type Selection, selectionsIn } from './promql.ts';

/** Labels that Prometheus itself gives to what it scrapes. */
const targetLabels = ['namespace', 'job', 'instance', 'pod'];
/** Series that Prometheus itself makes. */
const ownSeries = ['up', 'ALERTS'];

const table: Readonly<Record<string, MetricRow>> = metricTable;
const histogramSuffix = /_(bucket|sum|count)$/;
const exported: readonly string[] = [
  ...Object.entries(table).flatMap(([name, { kind }]) =>
    kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
  ...processMetrics,
  'nodejs_gc_duration_seconds_sum',
];
const known = new Set([...exported, ...recorded, ...ownSeries]);

const unknownIn = (expression: string): readonly string[] =>
  selectionsIn(expression)
    .map(({ metric }) => metric)
    .filter((metric) => !known.has(metric));

const rowOf = (metric: string): MetricRow | undefined =>
  table[metric] ?? table[metric.replace(histogramSuffix, '')];

const wrongLabelsOf = ({ metric, labels }: Selection): readonly string[] => {
  const row = rowOf(metric);
  if (!row) return [];
  const right = new Set([...row.labels, ...targetLabels, 'le']);
  return labels.filter((label) => !right.has(label)).map((label) => `${metric}{${label}}`);
};

const inRules = rules.flatMap(({ expr }) => selectionsIn(expr));
const inDashboard = queries.flatMap(({ expr }) => selectionsIn(expr));

test('reads the metrics out of an expression, and nothing else', () => {
  const expression = `
    sum by (namespace, service) (rate(a_total{outcome=~"retry|dead", type!="x"}[10m]))
    / on (service) group_left (version) (b_info offset 15m > bool 1e3)
    unless on (namespace) 15 * c:d:rate5m{} and absent(e) or time() - 5m`;

  expect(selectionsIn(expression)).toEqual([
    { metric: 'a_total', labels: ['outcome', 'type'] },
    { metric: 'b_info', labels: [] },
    { metric: 'c:d:rate5m', labels: [] },
    { metric: 'e', labels: [] },
  ]);
});

test('an unknown metric, a histogram without its suffix and an unknown label are found', () => {
  expect(unknownIn('rate(millrace_events_settle_total[5m])')).toEqual([
    'millrace_events_settle_total',
  ]);
  expect(unknownIn('rate(millrace_commit_seconds[5m])')).toEqual(['millrace_commit_seconds']);
  expect(unknownIn('millrace_worker_ready_count')).toEqual(['millrace_worker_ready_count']);
  expect(
    selectionsIn('millrace_commit_seconds_sum{type="x"}').flatMap((each) => wrongLabelsOf(each)),
  ).toEqual(['millrace_commit_seconds_sum{type}']);
});

test('every rule asks for metrics that exist', () => {
  const unknown = rules.flatMap(({ record, alert, expr }) =>
    unknownIn(expr).map((metric) => `${record ?? alert}: ${metric}`),
  );

  expect(unknown).toEqual([]);
  expect(inRules.length).toBeGreaterThan(60);
});

test('every panel asks for metrics that exist', () => {
  const unknown = queries.flatMap(({ title, expr }) =>
    unknownIn(expr).map((metric) => `${title}: ${metric}`),
  );

  expect(unknown).toEqual([]);
  expect(inDashboard.length).toBeGreaterThan(60);
});

test('every variable of the dashboard asks for a metric that exists', () => {
  const asked = dashboard.templating.list.flatMap(
    ({ definition }) => /^label_values\((.*),/.exec(definition ?? '')?.[1] ?? [],
  );

  expect(asked).toHaveLength(2);
  expect(asked.flatMap(unknownIn)).toEqual([]);
});

test('every selector names labels that its metric has', () => {
  expect([...inRules, ...inDashboard].flatMap(wrongLabelsOf)).toEqual([]);
});

/** What no panel and no rule shows, and does not have to. */
const notShown = [
  'millrace_event_attempts',
  'millrace_retries_waiting_events',
  'millrace_pull_errors_total',
  'millrace_worker_draining',
  'millrace_drain_seconds',
  'millrace_publish_seconds',
  'millrace_broker_rtt_seconds',
  'millrace_heap_limit_bytes',
  'millrace_consumer_unacknowledged_limit_events',
  'millrace_consumer_redelivered_events',
  'millrace_consumer_oldest_waiting_seconds',
  'millrace_consumer_waiting_pulls',
  'millrace_consumer_pinned',
  'millrace_retries_scheduled_events',
  'millrace_dead_letters_held',
  'millrace_dead_letter_oldest_seconds',
  'millrace_stream_messages',
  'millrace_stream_last_sequence',
  'millrace_stream_oldest_message_seconds',
  'millrace_observation_errors_total',
  'process_open_fds',
  'process_max_fds',
];

test('the dashboard or a rule shows every metric of the table, or says that it does not', () => {
  const asked = new Set([...inRules, ...inDashboard].map(({ metric }) => metric));
  const shownOf = (name: string) =>
    [name, `${name}_bucket`, `${name}_sum`, `${name}_count`].some((metric) => asked.has(metric));

  const unseen = [...Object.keys(table), ...processMetrics].filter((name) => !shownOf(name));
  expect(unseen.sort()).toEqual([...notShown].sort());
});
