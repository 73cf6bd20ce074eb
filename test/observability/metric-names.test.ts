import { expect, test } from 'vitest';
import { notShown } from '../../k8s/observability/dashboards/source/boards.ts';
import {
  type MetricRow,
  metricTable,
  processMetrics,
} from '../../src/infra/observability/metric-table.ts';
import { dashboards, queries, substituted } from './dashboard-files.ts';
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
/** What is asked of our own processes; other programs have names of their own. */
const ofOurs = queries
  .filter(({ from }) => from === undefined)
  .map(({ place, expr }) => ({ place, expr: substituted(expr) }));
const inDashboards = ofOurs.flatMap(({ expr }) => selectionsIn(expr));

test('reads the metrics out of an expression, and nothing else', () => {
  const expression = `
    sum by (namespace, service) (rate(a_total{outcome=~"retry|dead", type!="x"}[10m]))
    / on (service) group_left (version) (b_info offset 15m > bool 1e3)
    unless on (namespace) 15 * c:d:rate5m{} and absent(e) or time() - 5`;

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
  const unknown = ofOurs.flatMap(({ place, expr }) =>
    unknownIn(expr).map((metric) => `${place}: ${metric}`),
  );

  expect(unknown).toEqual([]);
  expect(inDashboards.length).toBeGreaterThan(90);
});

test('every variable of the dashboards asks for a metric that exists', () => {
  const asked = dashboards.flatMap(({ templating }) =>
    templating.list.flatMap(
      ({ definition }) => /^label_values\((.*),/.exec(definition ?? '')?.[1] ?? [],
    ),
  );

  expect(asked).toHaveLength(2 * dashboards.length);
  expect(asked.flatMap((expr) => unknownIn(substituted(expr)))).toEqual([]);
});

test('every selector names labels that its metric has', () => {
  expect([...inRules, ...inDashboards].flatMap(wrongLabelsOf)).toEqual([]);
});

test('a dashboard shows every metric of the table, or it is said why none does', () => {
  const asked = new Set(inDashboards.map(({ metric }) => metric));
  const isShown = (name: string) =>
    [name, `${name}_bucket`, `${name}_sum`, `${name}_count`].some((metric) => asked.has(metric));
  const names = [...Object.keys(table), ...processMetrics];

  expect(names.filter((name) => !isShown(name))).toEqual(Object.keys(notShown));
  for (const reason of Object.values(notShown)) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
});
