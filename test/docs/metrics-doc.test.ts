import { expect, test } from 'vitest';
import {
  type MetricRow,
  metricTable,
  processMetrics,
} from '../../src/infra/observability/metric-table.ts';
import { recorded } from '../observability/prometheus-files.ts';
import { selectionsIn } from '../observability/promql.ts';
import { checkExpressions } from '../observability/promtool.ts';
import { codeIn, listIn, pageText, rowsOf } from './markdown.ts';

const page = pageText('metrics.md');
const table: readonly (readonly [string, MetricRow])[] = Object.entries(metricTable);

const documented = rowsOf(page, ['metric', 'kind', 'from', 'labels', 'unit', 'meaning']);
const nameIn = (cell = ''): string => codeIn(cell)[0] ?? '';
const everybody = ['worker', 'gateway', 'observer'];
const names = documented.map(({ metric }) => nameIn(metric));

test('there are metrics and recorded series to look at', () => {
  expect(table.length).toBeGreaterThanOrEqual(20);
  expect(documented.length).toBeGreaterThanOrEqual(25);
  expect(recorded.length).toBeGreaterThanOrEqual(20);
});

test('every metric is in the docs, and none that does not exist', () => {
  expect(names).toEqual([...table.map(([name]) => name), ...processMetrics]);
});

test.each(table)('%s has the kind, source and labels that the docs say', (name, metricRow) => {
  const { kind, from, labels } = metricRow;
  const row = documented.find(({ metric }) => nameIn(metric) === name);
  const sources = row?.['from'] === 'all' ? everybody : listIn(row?.['from'] ?? '');

  expect(row?.['kind']).toBe(kind);
  expect(sources).toEqual(from);
  expect(listIn(row?.['labels'] ?? '')).toEqual(labels);
  expect(row?.['meaning']).toMatch(/\w.*\.$/);
});

test.each(table)('%s has a unit that fits its name', (name) => {
  const unit = documented.find(({ metric }) => nameIn(metric) === name)?.['unit'] ?? '';

  expect(unit).not.toBe('');
  if (/_seconds(_total)?$/.test(name)) expect(unit).toMatch(/^seconds( since 1970)?$/);
  if (/_bytes$/.test(name)) expect(unit).toBe('bytes');
});

test('every label is in the docs, and none that does not exist', () => {
  const explained = rowsOf(page, ['label', 'values']).flatMap(({ label }) => codeIn(label ?? ''));

  expect([...explained].sort()).toEqual(
    [...new Set(table.flatMap(([, row]) => row.labels))].sort(),
  );
});

test('the buckets are those of the code', () => {
  const sets = rowsOf(page, ['set', 'upper bounds', 'used by']);
  const found = sets.flatMap((set) =>
    codeIn(set['used by'] ?? '').map((name) => [
      name,
      listIn(set['upper bounds'] ?? '').map(Number),
    ]),
  );

  expect(sets.length).toBeGreaterThan(1);
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(table.flatMap(([name, { buckets }]) => (buckets ? [[name, buckets]] : []))),
  );
});

test('every recorded series is in the docs, and none that no rule records', () => {
  const series = codeIn(page).filter((code) => code.startsWith('millrace:'));

  expect([...new Set(series)].sort()).toEqual([...recorded].sort());
});

test('each of the five figures names a series that a rule records', () => {
  const figures = rowsOf(page, ['figure', 'formula', 'what is counted', 'series']);

  expect(figures.map(({ figure }) => figure?.split(',')[0])).toEqual([
    'ART',
    'TP',
    'ST',
    'SL',
    'SA',
  ]);
  for (const { series = '' } of figures) expect(recorded).toContain(nameIn(series));
});

const [, asked = ''] = /```promql\n(.*?)```/s.exec(page) ?? [];
const questions = asked.split(/\n{2,}/).map((question) => question.replace(/^#.*\n/gm, ''));

test('the questions ask for nothing that does not exist', () => {
  const metrics = questions.flatMap((question) =>
    selectionsIn(question).map(({ metric }) => metric.replace(/_(bucket|sum|count)$/, '')),
  );

  expect(questions.length).toBeGreaterThan(5);
  expect(metrics.length).toBeGreaterThan(questions.length);
  for (const metric of metrics) expect([...names, ...recorded]).toContain(metric);
});

test('promtool accepts the questions', async (context) => {
  const { code, output } = await checkExpressions(context, questions);

  expect(output).toContain(`${questions.length} rules found`);
  expect(code).toBe(0);
});
