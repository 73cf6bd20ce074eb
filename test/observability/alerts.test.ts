import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { alerts, ruleTests } from './prometheus-files.ts';

const sections = readFileSync(join(import.meta.dirname, '../../docs/alerts.md'), 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [title = '', ...body] = section.split('\n');
    return { title, body: body.join('\n') };
  });

const checked = ruleTests.flatMap(({ tests }) =>
  tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test),
);

test('there are alerts to look at', () => {
  expect(alerts.length).toBeGreaterThanOrEqual(10);
});

test('every alert has a section in the docs, and no section is of none', () => {
  expect(sections.map(({ title }) => title)).toEqual(alerts.map(({ alert }) => alert));
});

test.each(alerts)('$alert says how bad it is, what is the matter, and where to read on', (rule) => {
  const { alert, labels = {}, annotations = {} } = rule;

  expect(alert).toMatch(/^Millrace[A-Z]/);
  expect(labels).toEqual({ severity: expect.stringMatching(/^(critical|warning)$/) });
  expect(Object.keys(annotations).sort()).toEqual(['description', 'runbook', 'summary']);
  expect(annotations['runbook']).toBe(`docs/alerts.md#${alert.toLowerCase()}`);
  expect(annotations['summary']).not.toContain('$value');
  // What is absent has no value.
  if (!rule.expr.startsWith('absent(')) expect(annotations['description']).toContain('$value');
});

test.each(alerts)('$alert has a section that says how to look and what to do', ({ alert }) => {
  const body = sections.find(({ title }) => title === alert)?.body ?? '';

  expect(body).toMatch(/^Look: /m);
  expect(body).toMatch(/^Do: /m);
  expect(body).toContain('```sh');
});

test.each(alerts)('$alert is seen firing', ({ alert }) => {
  const firing = checked.filter(
    ({ alertname, exp_alerts }) => alertname === alert && exp_alerts.length > 0,
  );

  expect(firing.length).toBeGreaterThan(0);
});

test.each(alerts)('$alert is seen not firing where it nearly would', ({ alert }) => {
  const quiet = checked.filter(
    ({ alertname, exp_alerts }) => alertname === alert && exp_alerts.length === 0,
  );
  expect(quiet.length).toBeGreaterThan(0);
});

test('in everyday situations nothing fires at any time', () => {
  const everyday = ruleTests.flatMap(({ tests }) =>
    tests.filter(({ promql_expr_test = [] }) =>
      promql_expr_test.some(({ expr }) => expr.includes('ALERTS{alertstate="firing"}')),
    ),
  );

  expect(everyday.map(({ name }) => name)).toEqual([
    'steady traffic raises nothing',
    'no traffic raises nothing',
    'a restart of the only worker raises nothing',
    'scaled to zero with nothing waiting raises nothing',
    'a rolling update under load raises nothing',
  ]);
});
