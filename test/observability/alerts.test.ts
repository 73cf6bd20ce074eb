import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type DashboardFile, dashboardFolder, dashboardNames } from './dashboard-files.ts';
import { type AlertRule, alerts, ruleTests } from './prometheus-files.ts';

const runbooks = join(import.meta.dirname, '../../docs/runbooks');
const index = readFileSync(join(runbooks, 'README.md'), 'utf8');

const runbookOf = (alert: string): string => {
  const file = join(runbooks, `${alert}.md`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

const severityOf = ({ labels }: AlertRule): string => labels?.['severity'] ?? '';

const checked = ruleTests.flatMap(({ tests }) =>
  tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test),
);

test('there are alerts to look at', () => {
  expect(alerts.length).toBeGreaterThanOrEqual(20);
});

test('every alert has a runbook and a line of the index, and none is of no alert', () => {
  const pages = readdirSync(runbooks).filter((file) => file !== 'README.md');
  const listed = [...index.matchAll(/^\| \[(\w+)\]\(\1\.md\) \| (\w+) \|/gm)];

  expect(pages.sort()).toEqual(alerts.map(({ alert }) => `${alert}.md`).sort());
  expect(listed.map(([, name, severity]) => `${name} ${severity}`).sort()).toEqual(
    alerts.map((rule) => `${rule.alert} ${severityOf(rule)}`).sort(),
  );
});

test.each(alerts)('$alert says how bad it is, what is the matter, and where to look', (rule) => {
  const { alert, labels = {}, annotations = {} } = rule;

  expect(alert).toMatch(/^Millrace[A-Z]/);
  expect(labels).toEqual({ severity: expect.stringMatching(/^(critical|warning|none)$/) });
  expect(Object.keys(annotations).sort()).toEqual([
    'dashboard_url',
    'description',
    'runbook_url',
    'summary',
  ]);
  expect(annotations['runbook_url']).toBe(`{{ $externalLabels.runbooks }}/${alert}.md`);
  expect(annotations['dashboard_url']).toMatch(
    /^\{\{ \$externalLabels\.dashboards \}\}\/d\/millrace/,
  );
  // Fits the lock screen of a phone, and says more than the name.
  expect(annotations['summary']?.length).toBeLessThan(100);
  expect(annotations['summary']).not.toContain('$value');
  expect(annotations['description']?.length).toBeGreaterThan(annotations['summary']?.length ?? 0);
});

test.each(alerts)(
  '$alert links to a dashboard that there is, with variables that it has',
  (rule) => {
    const link = rule.annotations?.['dashboard_url'] ?? '';
    const [, name = ''] = /\/d\/millrace-([\w-]+)/.exec(link) ?? [];
    const variables = [...link.matchAll(/var-(\w+)=/g)].map(([, variable]) => variable);

    expect(dashboardNames()).toContain(name);
    const file = readFileSync(join(dashboardFolder, `${name}.json`), 'utf8');
    const { uid, templating } = JSON.parse(file) as DashboardFile;
    expect(uid).toBe(`millrace-${name}`);
    expect(templating.list.map((each) => each.name)).toEqual(expect.arrayContaining(variables));
  },
);

test.each(alerts)('the runbook of $alert says what it means, how to see and what to do', (rule) => {
  const page = runbookOf(rule.alert);
  const [head = '', see = '', act = ''] = page.split(/^## (?:See|Do)$/m);

  expect(head).toContain(`# ${rule.alert}\n`);
  expect(head).toContain(`**${severityOf(rule)}**`);
  expect(head.length).toBeGreaterThan(130);
  expect(see).toContain('```sh\n');
  expect(act).toContain('```sh\n');
});

test.each(alerts)('$alert is seen firing', ({ alert }) => {
  const firing = checked.filter(
    ({ alertname, exp_alerts }) => alertname === alert && exp_alerts.length > 0,
  );

  expect(firing.length).toBeGreaterThan(0);
});

/** What always fires is never seen not firing. */
const conditional = alerts.filter(({ alert }) => alert !== 'MillraceWatchdog');

test.each(conditional)('$alert is seen not firing where it nearly would', ({ alert }) => {
  const quiet = checked.filter(
    ({ alertname, exp_alerts }) => alertname === alert && exp_alerts.length === 0,
  );
  expect(quiet.length).toBeGreaterThan(0);
});

test('in everyday situations nothing fires at any time', () => {
  const everyday = ruleTests.flatMap(({ tests }) =>
    tests.filter(({ promql_expr_test = [] }) =>
      promql_expr_test.some(({ expr }) =>
        expr.includes('count_over_time(ALERTS{alertstate="firing",alertname!="MillraceWatchdog"}'),
      ),
    ),
  );

  expect(everyday.map(({ name }) => name)).toEqual([
    'steady traffic raises nothing',
    'no traffic raises nothing',
    'a restart of the only worker raises nothing',
    'scaled to zero with nothing waiting raises nothing',
    'a rolling update under load raises nothing',
    'a change of leaders in the broker raises nothing',
    'a rolling restart of the broker raises nothing',
    'a single failing event raises nothing but its dead letter',
  ]);
});
