import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { metricTable, processMetrics } from '../../src/infra/observability/metric-table.ts';
import { workloadsIn } from '../k8s/manifest.ts';
import { render } from '../k8s/render.ts';
import { recorded } from '../observability/prometheus-files.ts';
import { selectionsIn } from '../observability/promql.ts';
import { checkExpressions } from '../observability/promtool.ts';
import { preparations, runbookIndex, runbooks, runbooksFolder } from './runbooks.ts';

const root = join(import.meta.dirname, '../..');
const looks = [...new Set(runbooks.flatMap((page) => page.looks))];
const acts = [...new Set(runbooks.flatMap((page) => page.acts))];
const withService = (command: string): string => command.replaceAll('$SERVICE', 'cart');

const pages = [...runbooks, { name: 'README.md', text: runbookIndex }];

const questionIn = (command: string): string | undefined =>
  /^promtool query instant "\$PROMETHEUS" (?:'(.*)'|"(.*)")$/
    .exec(withService(command))
    ?.slice(1)
    .find((part) => part !== undefined);

const questions = looks.flatMap((command) => questionIn(command) ?? []);

test('what the runbooks ask Prometheus for exists, and promtool accepts it', async (context) => {
  const exported = new Set([
    ...Object.keys(metricTable),
    ...processMetrics,
    ...recorded,
    ...['up', 'ALERTS'],
  ]);
  const asked = questions.flatMap((question) => selectionsIn(question));
  const unknown = asked
    .map(({ metric }) => metric)
    .filter((metric) => !exported.has(metric.replace(/_(bucket|sum|count)$/, '')))
    .filter((metric) => !exported.has(metric));

  expect(looks.filter((command) => command.startsWith('promtool')).length).toBe(questions.length);
  expect(questions.length).toBeGreaterThan(40);
  expect(unknown).toEqual([]);
  const { code, output } = await checkExpressions(context, questions);
  expect(code, output).toBe(0);
});

/** What only looks: the programs, and of kubectl the verbs. */
const looking = /^(promtool query|curl -s|npm run deadletters -- (list|show) |npm run verify)/;
const lookingKubectl =
  /^kubectl (get|describe|logs|top|rollout (history|status)|exec nats-0 -- (wget -qO- |df ))/;

test('what stands under See changes nothing', () => {
  const suspect = looks.filter(
    (command) => !looking.test(command) && !lookingKubectl.test(command),
  );

  expect(looks.length).toBeGreaterThan(70);
  expect(suspect).toEqual([]);
  expect(looks.filter((command) => /--repair\b(?!.*--dry-run)/.test(command))).toEqual([]);
});

test('what kubectl is asked for is there once the shop is installed', async (context) => {
  const manifests = await render(context, 'prod');
  const named = new Set(
    manifests.map(({ kind, metadata }) => `${kind.toLowerCase()} ${metadata.name}`),
  );
  const pods = workloadsIn(manifests).map(({ spec }) => spec.template.metadata.labels);
  const commands = [...looks, ...acts, ...preparations].map(withService).filter(isKubectl);
  const objects = commands.flatMap((command) => objectIn(command) ?? []);
  const labels = commands.flatMap((command) => labelIn(command));

  expect(objects.length).toBeGreaterThan(10);
  expect(labels.length).toBeGreaterThan(10);
  expect(objects.filter((object) => !named.has(object))).toEqual([]);
  expect(labels.filter(({ label, value }) => !pods.some((each) => each[label] === value))).toEqual(
    [],
  );
});

const isKubectl = (command: string): boolean => command.startsWith('kubectl ');

/** Such as `deployment worker-cart`. */
const objectIn = (command: string): string | undefined => {
  const [, kind, name] =
    /\b(deployment|service|statefulset)[ /]"?([a-z][a-z0-9-]*)"?(?: |$)/.exec(command) ?? [];
  return kind && name ? `${kind} ${name}` : undefined;
};

/** Such as `app.kubernetes.io/name=worker-cart`. */
const labelIn = (command: string): readonly { label: string; value: string }[] => {
  const [, label, value] = / -l "?([\w./-]+)=([\w-]+)"?/.exec(command) ?? [];
  return label && value ? [{ label, value }] : [];
};

test('what is run by npm exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const run = [...looks, ...acts].flatMap(
    (command) => /^npm run ([\w:]+)/.exec(command)?.[1] ?? [],
  );

  expect(run.length).toBeGreaterThan(5);
  expect(run.filter((name) => !(name in scripts))).toEqual([]);
});

test('the files that the runbooks name are there', () => {
  const named = pages.flatMap(({ text }) =>
    [...text.matchAll(/`(k8s\/[\w./-]+)`/g)].map(([, path = '']) => path),
  );

  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(dirname(runbooksFolder)).toBe(join(root, 'docs'));
});
