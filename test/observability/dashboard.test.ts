import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  dashboard,
  dashboardText,
  grafanaFolder,
  type Panel,
  queries,
  shown,
  substituted,
} from './dashboard.ts';
import { checkExpressions } from './promtool.ts';

const units = new Set([
  'bool_on_off',
  'bytes',
  'eps',
  'none',
  'ops',
  'percentunit',
  'reqps',
  's',
  'short',
]);

const chosen = /^\$\{datasource\}$/;

const overlap = ({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

test('there are panels to look at', () => {
  expect(shown.length).toBeGreaterThan(25);
  expect(queries.length).toBeGreaterThan(40);
});

test('the file is what the program beside it prints', () => {
  const printed = execFileSync(process.execPath, [join(grafanaFolder, 'make-dashboard.mjs')]);

  expect(dashboardText).toBe(printed.toString());
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

test('the dashboard is read-only and lets one choose source, installation and service', () => {
  expect(dashboard).toMatchObject({ uid: 'millrace', title: 'Millrace', editable: false });
  expect(dashboard.templating.list.map(({ name, type }) => `${type} ${name}`)).toEqual([
    'datasource datasource',
    'query namespace',
    'query service',
  ]);
  for (const variable of dashboard.templating.list.slice(1)) {
    // 2: asked again when the range changes. All is everything, series without the label included.
    expect(variable).toMatchObject({ refresh: 2, allValue: '.*' });
  }
});

test('no two panels have one id or one title, and none lies on another or beside the grid', () => {
  const { panels } = dashboard;
  const pairs = panels.flatMap((a, index) => panels.slice(index + 1).map((b) => [a, b] as const));

  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  expect(pairs.filter(([a, b]) => overlap(a, b)).map(([a, b]) => [a.title, b.title])).toEqual([]);
  expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
});

test.each(shown)('"$title" says what it is, in a unit, from the chosen source', (panel) => {
  const { description = '', datasource, fieldConfig, targets = [] } = panel;

  expect(description).toMatch(/^[A-Z].{20,}\.$/);
  expect(units).toContain(fieldConfig?.defaults.unit);
  expect(datasource?.uid).toMatch(chosen);
  expect(targets.length).toBeGreaterThan(0);
  expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  for (const target of targets) {
    expect(target.datasource.uid).toMatch(chosen);
    expect(target.legendFormat).not.toBe('');
  }
});

test.each(shown)('"$title" asks for what was chosen, over ranges that Grafana gives', (panel) => {
  for (const { expr, instant = false } of panel.targets ?? []) {
    const ranges = [...expr.matchAll(/\[([^\]]*)\]/g)].map(([, range]) => range);
    const counted = expr.match(/\b(rate|increase|irate)\(/g) ?? [];

    expect(expr).toContain('namespace=~"$namespace"');
    if (!expr.includes('millrace:system_')) expect(expr).toContain('service=~"$service"');
    // One value is of the whole range, a line is of the step.
    expect(ranges.filter((r) => r !== (instant ? '$__range' : '$__rate_interval'))).toEqual([]);
    // A counter of one process says little: counters are added up.
    if (counted.length > 0) expect(expr).toMatch(/\b(sum|histogram_quantile)\b/);
  }
});
