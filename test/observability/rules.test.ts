import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { alerts, groups, recorded, ruleFiles, rules, ruleTests } from './prometheus-files.ts';
import { promtool, promtoolOn, rulesFolder } from './promtool.ts';

const countIn = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

test('promtool accepts every rule', async (context) => {
  const { code, output } = await promtool(context, 'check', 'rules', ...ruleFiles);

  expect(output).not.toContain('FAILED');
  expect({ code, found: countIn(output, /SUCCESS: \d+ rules found/g) }).toEqual({
    code: 0,
    found: ruleFiles.length,
  });
  expect(rules.length).toBeGreaterThan(30);
});

test('the rules do what their own tests say', async (context) => {
  const files = ruleTests.map(({ file }) => `tests/${file}`);

  const { code, output } = await promtool(context, 'test', 'rules', ...files);

  expect(code, output).toBe(0);
  expect(countIn(output, /SUCCESS/g)).toBe(files.length);
}, 120_000);

test('the rules are evaluated as often as their sums of samples assume', () => {
  expect(groups.map(({ interval }) => interval)).toEqual(groups.map(() => '15s'));
  expect(ruleTests.map((tests) => tests.evaluation_interval)).toEqual(ruleTests.map(() => '15s'));
  const factors = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/(\d+) \* (?:sum|count)_over_time/g)].map(([, factor]) => factor),
  );
  expect(new Set(factors)).toEqual(new Set(['15']));
});

test('a rule reads what rules above it recorded, never below', () => {
  for (const { file, rules: ordered } of groups) {
    for (const [index, { expr }] of ordered.entries()) {
      const later = ordered.slice(index).flatMap(({ record }) => record ?? []);
      const early = later.filter((series) => new RegExp(`${series}(?![\\w:])`).test(expr));
      expect(early, `${file}, rule ${index}`).toEqual([]);
    }
  }
});

test('nothing is recorded twice, and no two alerts share a name', () => {
  const names = [...recorded, ...alerts.map(({ alert }) => alert)];

  expect(names).toHaveLength(new Set(names).size);
});

test('every recorded series is asked for by a rule, a test or the dashboard', () => {
  const dashboard = readFileSync(join(rulesFolder, '../grafana/millrace.json'), 'utf8');
  const asked = [
    ...rules.map(({ expr }) => expr),
    ...ruleTests.flatMap(({ tests }) =>
      tests.flatMap(({ promql_expr_test = [] }) => promql_expr_test.map(({ expr }) => expr)),
    ),
    dashboard,
  ].join('\n');

  expect(recorded.filter((series) => !asked.includes(series))).toEqual([]);
});

test('a plain Prometheus takes the configuration and finds the files of rules', async (context) => {
  const text = readFileSync(join(rulesFolder, 'prometheus.yaml'), 'utf8');
  const config = parse(text) as {
    rule_files: string[];
    scrape_configs: { kubernetes_sd_configs?: unknown; static_configs?: unknown }[];
  };
  expect(config.rule_files).toEqual(['/etc/prometheus/millrace/*.rules.yaml']);
  // Some builds of promtool know no Kubernetes; what they can check is the rest.
  for (const scrape of config.scrape_configs) {
    expect(scrape.kubernetes_sd_configs).toEqual([{ role: 'pod' }]);
    delete scrape.kubernetes_sd_configs;
    scrape.static_configs = [];
  }

  const { code, output } = await promtoolOn(context, config, 'check', 'config', '--syntax-only');

  expect(code, output).toBe(0);
});
