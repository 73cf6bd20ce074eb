import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { prometheusRuleFile, prometheusRuleText } from '../../k8s/observability/prometheus-rule.ts';
import { rulesFile, rulesText } from '../../k8s/observability/rules-text.ts';
import { serviceLevelRules } from '../../k8s/observability/service-level-rules.ts';
import { type ServiceLevel, serviceLevels } from '../../k8s/observability/service-levels.ts';
import { services } from '../../src/cli/start/shop.ts';
import { dashboards } from './dashboard-files.ts';
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

test.for(ruleTests)(
  'the rules do what $file says',
  { timeout: 180_000 },
  async ({ file }, context) => {
    const { code, output } = await promtool(context, 'test', 'rules', `tests/${file}`);

    expect(code, output).toBe(0);
    expect(output).toContain('SUCCESS');
  },
);

test('the rules are evaluated as often as their sums of samples assume', () => {
  expect(groups.map(({ interval }) => interval)).toEqual(groups.map(() => '15s'));
  // Service levels are tried over hours: there a sample a minute is enough.
  const exact = ruleTests.filter(({ file }) => file !== 'service-levels.test.yaml');
  expect(exact.map((tests) => tests.evaluation_interval)).toEqual(exact.map(() => '15s'));
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
  const series = rules.flatMap(({ record, labels = {} }) =>
    record ? [`${record} ${JSON.stringify(labels)}`] : [],
  );
  const names = [...series, ...alerts.map(({ alert }) => alert)];

  expect(names).toHaveLength(new Set(names).size);
});

test('every recorded series is asked for by a rule, a test or the dashboard', () => {
  const asked = [
    ...rules.map(({ expr }) => expr),
    ...ruleTests.flatMap(({ tests }) =>
      tests.flatMap(({ promql_expr_test = [] }) => promql_expr_test.map(({ expr }) => expr)),
    ),
    ...dashboards.map(({ text }) => text),
  ].join('\n');

  expect(recorded.filter((series) => !asked.includes(series))).toEqual([]);
});

test('the rules come along for a Prometheus to mount, under a name that stays', () => {
  const text = readFileSync(join(rulesFolder, 'kustomization.yaml'), 'utf8');

  expect(parse(text)).toMatchObject({
    configMapGenerator: [
      {
        name: 'millrace-prometheus-rules',
        files: expect.toSatisfy((files: string[]) => files.sort().join() === ruleFiles.join()),
      },
      { name: 'prometheus-config', files: ['prometheus.yaml'] },
    ],
  });
});

test('the rules of the service levels are what npm run rules writes', () => {
  expect(readFileSync(join(import.meta.dirname, '../..', rulesFile), 'utf8')).toBe(rulesText());
});

test('the object of the Prometheus operator holds all rules, as npm run rules writes it', () => {
  const file = join(import.meta.dirname, '../..', prometheusRuleFile);

  expect(readFileSync(file, 'utf8')).toBe(prometheusRuleText());
});

test('every service of the shop declares its levels, once', () => {
  const declared = serviceLevels.map(({ service }) => service);

  expect(declared.sort()).toEqual(Object.keys(services).sort());
});

test.each<[Partial<ServiceLevel>, string]>([
  [{ freshness: { withinSeconds: 4, objective: 0.99 } }, '4 s is no bound of millrace_event_resp'],
  [{ freshness: { withinSeconds: 5, objective: 99 } }, '99 is no share between 0 and 1'],
  [{ success: { objective: 1 } }, '1 is no share between 0 and 1'],
  [{ overdueSeconds: 5 }, 'overdue after 5 s, which is no later than 5 s'],
  [{ service: 'cart"}' }, 'that is no name of a service'],
])('a level that cannot be measured is refused: %j', (change, complaint) => {
  const right = {
    service: 'cart',
    freshness: { withinSeconds: 5, objective: 0.99 },
    success: { objective: 0.999 },
    overdueSeconds: 60,
  };

  expect(serviceLevelRules([right]).groups).toHaveLength(1);
  expect(() => serviceLevelRules([{ ...right, ...change }])).toThrow(complaint);
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
    expect(scrape.kubernetes_sd_configs).toEqual([
      { role: 'pod', namespaces: { own_namespace: true } },
    ]);
    delete scrape.kubernetes_sd_configs;
    scrape.static_configs = [];
  }

  const { code, output } = await promtoolOn(context, config, 'check', 'config', '--syntax-only');

  expect(code, output).toBe(0);
});
