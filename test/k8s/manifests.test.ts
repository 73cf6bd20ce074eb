import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Manifest, workloadsIn } from './manifest.ts';
import { render } from './render.ts';
import { priorities } from './rules/references.ts';
import { schemaProblems } from './schema.ts';

const processes = [
  'Deployment gateway',
  'Deployment observer',
  'Deployment worker-cart',
  'Deployment worker-product',
  'Deployment worker-user',
];

const replicasIn = async (...args: Parameters<typeof render>) =>
  Object.fromEntries(
    workloadsIn(await render(...args)).map(({ kind, metadata, spec }) => [
      `${kind} ${metadata.name}`,
      spec.replicas,
    ]),
  );

const each = (names: readonly string[], count: number) =>
  Object.fromEntries(names.map((name) => [name, count]));

test('to try it out there is one of everything', async (context) => {
  const wanted = each([...processes, 'StatefulSet nats'], 1);

  expect(await replicasIn(context, 'dev')).toEqual(wanted);
});

test('for real use there are two, and three servers of the broker', async (context) => {
  const wanted = { ...each(processes, 2), 'StatefulSet nats': 3 };

  expect(await replicasIn(context, 'prod')).toEqual(wanted);
});

test('where NATS is there already, none comes along', async (context) => {
  expect(await replicasIn(context, 'bring-your-own-nats')).toEqual(each(processes, 2));
});

test('nothing needs an operator unless it is switched on', async (context) => {
  const kindsOf = async (...args: Parameters<typeof render>) =>
    [...new Set((await render(...args)).map(({ kind }) => kind))].toSorted();

  expect(await kindsOf(context, 'dev')).toEqual([
    'ConfigMap',
    'Deployment',
    'PodDisruptionBudget',
    'Service',
    'ServiceAccount',
    'StatefulSet',
  ]);
  expect(await kindsOf(context, 'dev', ['keda'])).toContain('ScaledObject');
});

test('the installation to copy is the small one, with components on top', async (context) => {
  const own = await render(context, 'my-shop');
  const names = (manifests: readonly Manifest[]) =>
    manifests.map(({ kind, metadata }) => `${kind} ${metadata.name.replace(/-[a-z0-9]{10}$/, '')}`);

  expect(names(own).toSorted()).toEqual(
    names(await render(context, 'dev', ['plain-monitoring', 'keda'])).toSorted(),
  );
  const settings = own.find(({ metadata }) => metadata.name.startsWith('gateway-settings-'));
  expect(settings?.data).toMatchObject({ CATALOGUE_USERS: 'admin', HTTP_PORT: '3000' });
});

test('what all installations of a cluster share belongs to none of them', () => {
  expect(priorities.map(({ metadata }) => metadata.name)).toHaveLength(3);
  expect(priorities.flatMap(schemaProblems)).toEqual([]);
});

test('the namespace lets no pod have more rights than these need', () => {
  const text = readFileSync(join(import.meta.dirname, '../../k8s/namespace.yaml'), 'utf8');
  // Its shape is checked right below.
  const namespace = parse(text) as Manifest;

  expect(schemaProblems(namespace)).toEqual([]);
  expect(namespace.metadata).toMatchObject({
    name: 'millrace',
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
  });
});
