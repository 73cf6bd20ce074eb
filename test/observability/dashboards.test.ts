import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { boards } from '../../k8s/observability/dashboards/source/boards.ts';
import { dashboardText } from '../../k8s/observability/dashboards/source/grafana-dashboard.ts';
import {
  dashboardFolder,
  dashboardNames,
  dashboards,
  type FilePanel,
  queries,
  shownPanels,
  substituted,
} from './dashboard-files.ts';
import { readPromql } from './promql.ts';
import { checkExpressions } from './promtool.ts';

const knownUnits = new Set<unknown>(Object.values(units));
/** What is declared holds for every installation. */
const declared = /^millrace:service_level_(objective|within|overdue):/;
const chosen = /^\$\{datasource\}$/;

const overlap = ({ gridPos: a }: FilePanel, { gridPos: b }: FilePanel): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

test('there are dashboards, panels and queries to look at', () => {
  expect(dashboards.length).toBeGreaterThanOrEqual(7);
  expect(shownPanels.length).toBeGreaterThan(60);
  expect(queries.length).toBeGreaterThan(90);
});

// After a change: npm test -- test/observability/dashboards.test.ts -u
test.each(boards)('the file of $title is what the code makes', async (board) => {
  await expect(dashboardText(board)).toMatchFileSnapshot(
    join(dashboardFolder, `${board.name}.json`),
  );
});

test('every file is of a dashboard, and every query of one of the files', () => {
  const inFiles = shownPanels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

  expect(dashboardNames()).toEqual(boards.map(({ name }) => name).sort());
  expect(queries.filter(({ place }) => !place.startsWith('marks')).map(({ expr }) => expr)).toEqual(
    expect.arrayContaining(inFiles),
  );
});

test('the page on dashboards names each with its file', () => {
  const page = readFileSync(join(dashboardFolder, '../../../docs/dashboards.md'), 'utf8');
  const rows = [...page.matchAll(/^\| ([^|]+) \| [^|]+\? [^|]*\| `(.+)\.json` \|$/gm)];

  expect(rows.map(([, title, name]) => ({ title, name }))).toEqual(
    boards.map(({ title, name }) => ({ title, name })),
  );
});

test('a cluster gets every file, each small enough to be applied', () => {
  const kustomization = parse(
    readFileSync(join(dashboardFolder, 'kustomization.yaml'), 'utf8'),
  ) as { configMapGenerator: readonly { name: string; files: readonly string[] }[] };

  expect(kustomization.configMapGenerator).toEqual(
    boards.map(({ name }) => ({ name: `millrace-dashboard-${name}`, files: [`${name}.json`] })),
  );
  const large = dashboards.filter(({ text }) => JSON.stringify(text).length > 256 * 1024);
  expect(large.map(({ name }) => name)).toEqual([]);
});

test('the parser accepts every expression', () => {
  const wrong = queries.flatMap(({ place, expr }) =>
    readPromql(substituted(expr)).errors.map((error) => `${place}: ${error}`),
  );

  expect(wrong).toEqual([]);
  expect(readPromql('sum(rate(x[5m])').errors).not.toEqual([]);
});

test('promtool accepts every expression', async (context) => {
  const expressions = queries.map(({ expr }) => substituted(expr));
  expect(expressions.filter((expression) => expression.includes('$'))).toEqual([]);

  const { code, output } = await checkExpressions(context, expressions);

  expect(code, output).toBe(0);
  expect(output).toContain(`SUCCESS: ${queries.length} rules found`);
});

test('promtool refuses a rate of no range', async (context) => {
  const { code } = await checkExpressions(context, ['rate(millrace_events_settled_total)']);

  expect(code).not.toBe(0);
});

describe.each(dashboards)('$title', (dashboard) => {
  test('is read-only and lets one choose source, installation and service', () => {
    const { name, uid, editable, description, templating } = dashboard;

    expect({ uid, editable }).toEqual({ uid: `millrace-${name}`, editable: false });
    expect(description).toMatch(/^[A-Z].{30,}\.$/);
    expect(templating.list.map(({ name: called, type }) => `${type} ${called}`)).toEqual([
      'datasource datasource',
      'query namespace',
      'query service',
    ]);
    for (const variable of templating.list.slice(1)) {
      // 2: asked again when the range changes. All is everything, series without the label included.
      expect(variable).toMatchObject({ refresh: 2, allValue: '.*' });
    }
  });

  test('has no two panels of one id or title, none on another or beside the grid', () => {
    const { panels } = dashboard;
    const pairs = panels.flatMap((a, index) => panels.slice(index + 1).map((b) => [a, b] as const));

    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    expect(pairs.filter(([a, b]) => overlap(a, b)).map(([a, b]) => [a.title, b.title])).toEqual([]);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });
});

test.each(shownPanels)('$board: "$title" says what it is, in a unit, from the source', (panel) => {
  const { description = '', datasource, fieldConfig, targets = [] } = panel;

  expect(description).toMatch(/^[A-Z].{20,}\.$/);
  expect(knownUnits).toContain(fieldConfig?.defaults.unit);
  expect(datasource?.uid).toMatch(chosen);
  expect(targets.length).toBeGreaterThan(0);
  expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  for (const target of targets) {
    expect(target.datasource.uid).toMatch(chosen);
    expect(target.legendFormat).not.toBe('');
  }
});

test.each(queries)('$place asks for what was chosen, over ranges of Grafana', (query) => {
  const { expr, instant, from } = query;
  // Grafana's own words are none of PromQL's.
  const { selections, ranges } = readPromql(substituted(expr, { step: '7s', range: '7d' }));
  const counted = expr.match(/\b(rate|increase|irate)\(/g) ?? [];

  for (const { metric, labels } of selections) {
    if (/^(process|nodejs)_/.test(metric)) continue;
    // Where Prometheus does not keep KEDA's own word for it, it is called by the other.
    const theirs = metric.startsWith('keda_') ? ['namespace', 'exported_namespace'] : ['namespace'];
    if (!declared.test(metric))
      expect(
        labels.some((each) => theirs.includes(each)),
        metric,
      ).toBe(true);
    const isOfAll = from !== undefined || /^(ALERTS|millrace:system_)/.test(metric);
    if (!isOfAll) expect(labels, metric).toContain('service');
  }
  // One value is of the whole range, a line is of the step.
  expect(ranges.filter((range) => range !== (instant ? '7d' : '7s'))).toEqual([]);
  // A counter of one process says little: counters are added up, but what all observers see alike.
  if (counted.length > 0) expect(expr).toMatch(/\b(sum|max|histogram_quantile)\b/);
});

test('the dashboard of the gateway shows it whichever service was chosen elsewhere', () => {
  const asked = queries.filter(({ place }) => place.startsWith('gateway: '));

  expect(asked.length).toBeGreaterThan(8);
  expect(asked.filter(({ expr }) => expr.includes('$service'))).toEqual([]);
});

test('only what can be below zero is drawn below it', () => {
  const signed = shownPanels
    .filter(({ type, fieldConfig }) => type === 'timeseries' && fieldConfig?.defaults.min !== 0)
    .map(({ title }) => title);

  expect(signed).toEqual(['Budget left']);
});

test('what KEDA reads is shown each figure by itself: they have different units', () => {
  const asked = queries.filter(({ expr }) => expr.includes('keda_scaler_metrics_value'));

  expect(asked.map(({ legend }) => legend)).toEqual(['{{scaledObject}} {{metric}}']);
  expect(asked[0]?.expr).toMatch(/^max by \(scaledObject, metric\) /);
});

test('a panel that may be empty says when', () => {
  const clauses = queries.flatMap(({ emptyWhile }) => emptyWhile ?? []);

  expect(clauses.length).toBeGreaterThan(5);
  expect(
    clauses.filter((clause) => !/^(while|where|until) [a-z]\S+ .{3,}\w$/i.test(clause)),
  ).toEqual([]);
});
