import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { soon } from '../../support/soon.ts';
import type { Manifest } from '../manifest.ts';
import { combinationsFor, overlays } from '../parts.ts';
import { render } from '../render.ts';
import { priorities } from '../rules/references.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Kubectl } from './kubectl.ts';
import { openPlane, openWithinMs } from './open-plane.ts';
import { standInNode } from './stand-in-node.ts';

let plane: ControlPlane;
let kubectl: Kubectl;

let missing: string | undefined;

beforeAll(async () => {
  const opened = await openPlane();
  if (typeof opened === 'string') {
    missing = opened;
    return;
  }
  plane = opened;
  kubectl = plane.kubectl;
  await kubectl.apply(listOf(priorities));
  await kubectl.run(['create', '-f', '-'], listOf(nodes));
}, openWithinMs);

beforeEach((context) => {
  if (missing !== undefined) context.skip(missing);
});

afterAll(async () => {
  await plane?.[Symbol.asyncDispose]();
});

const listOf = (items: readonly object[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

/** Three machines in three zones, for the scheduler alone: nothing runs on them. */
const nodes = [0, 1, 2].map((number) => standInNode(number));

/** A namespace like that of k8s/namespace.yaml: no pod gets more rights than the shop's. */
const namespaceNamed = async (name: string): Promise<string> => {
  const modes = ['enforce', 'audit', 'warn'];
  const labels = modes.map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']);
  const metadata = { name, labels: Object.fromEntries(labels) };
  await kubectl.apply(listOf([{ apiVersion: 'v1', kind: 'Namespace', metadata }]));
  await soon(() => kubectl.run(['-n', name, 'get', 'serviceaccount', 'default']), 30_000);
  return name;
};

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName?: string };
}

const podsIn = async (namespace: string): Promise<readonly Pod[]> =>
  (await kubectl.get<{ items: readonly Pod[] }>('-n', namespace, 'pods')).items;

/** How many pods the workloads ask for; one where an autoscaler says how many. */
const podsWanted = (manifests: readonly Manifest[]): number =>
  manifests
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
    .reduce((sum, { spec }) => sum + Number((spec as { replicas?: number }).replicas ?? 1), 0);

/** So many at a time: each takes a while, most of it waiting. */
const atOnce = 3;

for (const overlay of overlays) {
  test(`takes ${overlay} whatever is switched on, and makes its pods`, {
    timeout: 900_000,
  }, async (context) => {
    const left = [...combinationsFor(overlay).entries()];
    const takeSome = async (): Promise<void> => {
      for (let next = left.shift(); next; next = left.shift()) {
        const [index, components] = next;
        const what = `${overlay} with ${components.join(', ') || 'nothing'}`;
        const namespace = await namespaceNamed(`${overlay}-${index}`);
        const manifests = await render(context, overlay, components, namespace);

        const said = await kubectl.apply(listOf(manifests));

        expect(said.errors, what).toBe('');
        const wanted = podsWanted(manifests);
        expect(wanted, what).toBeGreaterThan(4);
        await soon(async () => expect(await podsIn(namespace), what).toHaveLength(wanted), 60_000);
        await kubectl.run(['delete', 'namespace', namespace, '--wait=false']);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, takeSome));
  });
}

test('what is applied again changes nothing', { timeout: 60_000 }, async (context) => {
  const namespace = await namespaceNamed('again');
  const manifests = await render(context, 'prod', ['keda', 'network-policies'], namespace);
  await kubectl.apply(listOf(manifests));

  const { output } = await kubectl.run(
    ['diff', '--server-side', '--field-manager=millrace', '-f', '-'],
    listOf(manifests),
  );

  expect(output).toBe('');
});

test('replicas are spread over nodes, and scaled by hand', { timeout: 60_000 }, async (context) => {
  const namespace = await namespaceNamed('spread');
  await kubectl.apply(listOf(await render(context, 'prod', ['zone-spread'], namespace)));
  await kubectl.run(['-n', namespace, 'scale', 'deployment/worker-cart', '--replicas=3']);

  const nodesOfCart = await soon(async () => {
    const pods = await podsIn(namespace);
    const carts = pods.filter(
      ({ metadata }) => metadata.labels['app.kubernetes.io/name'] === 'worker-cart',
    );
    expect(carts.filter(({ spec }) => spec.nodeName !== undefined)).toHaveLength(3);
    return carts.map(({ spec }) => spec.nodeName);
  }, 30_000);

  expect(nodesOfCart.toSorted()).toEqual(['node-0', 'node-1', 'node-2']);
});

test('what is removed leaves the volumes of the broker and nothing else, and others what is theirs', {
  timeout: 120_000,
}, async (context) => {
  const namespace = await namespaceNamed('removed');
  const manifests = await render(context, 'prod', ['keda'], namespace);
  await kubectl.apply(listOf(manifests));
  await soon(
    async () => expect(await podsIn(namespace)).toHaveLength(podsWanted(manifests)),
    30_000,
  );
  const shared = (await kubectl.run(['get', 'priorityclass', '-o', 'name'])).output;

  await kubectl.run(['delete', '--wait=false', '-f', '-'], listOf(manifests));

  const kinds = [...new Set(manifests.map(({ kind }) => kind)), 'ReplicaSet'];
  await soon(async () => {
    const asked = ['-n', namespace, 'get', kinds.join(','), '-o', 'name', '--request-timeout=10s'];
    const { output } = await kubectl.run(asked);
    // Kubernetes' own, in every namespace.
    const left = output
      .split('\n')
      .filter((name) => !/^$|serviceaccount\/default|kube-root-ca/.test(name));
    expect(left).toEqual([]);
    // Those on a node are gone when its kubelet says so, and there is none.
    const staying = (await podsIn(namespace)).filter(({ metadata }) => !metadata.deletionTimestamp);
    expect(staying).toEqual([]);
  }, 60_000);
  expect((await kubectl.run(['get', 'priorityclass', '-o', 'name'])).output).toBe(shared);
  const { output } = await kubectl.run(['-n', namespace, 'get', 'pvc', '-o', 'name']);
  expect(output.trim().split('\n')).toHaveLength(3);
});

/** What somebody might write, and what the cluster says to it. */
const mistakes: readonly [string, string, string, RegExp][] = [
  ['a field that does not exist', '"containerPort"', '"containerport"', /unknown field/],
  [
    'a field of the wrong type',
    '"revisionHistoryLimit":3',
    '"revisionHistoryLimit":"3"',
    /expected numeric|cannot|invalid/i,
  ],
  [
    'a missing target of an autoscaler',
    '"scaleTargetRef"',
    '"scaleTarget"',
    /scaleTargetRef|unknown field/,
  ],
  [
    'a label that selects nothing',
    '"matchLabels":{"app.kubernetes.io/component":"worker"',
    '"matchLabels":{"app.kubernetes.io/component":"wrong"',
    /selector/,
  ],
];

for (const [what, right, wrong, answer] of mistakes) {
  test(`refuses ${what}`, async (context) => {
    const namespace = await namespaceNamed('mistaken');
    const text = listOf(await render(context, 'prod', ['keda'], namespace));
    expect(text).toContain(right);

    const applied = kubectl.apply(text.replaceAll(right, wrong), '--dry-run=server');

    await expect(applied).rejects.toThrow(answer);
  });
}

test('refuses a pod that may be root', async (context) => {
  const namespace = await namespaceNamed('rights');
  const text = listOf(await render(context, 'dev', [], namespace));
  const { errors } = await kubectl.apply(
    text.replaceAll('"runAsNonRoot":true', '"runAsNonRoot":false'),
  );

  expect(errors).toContain('would violate PodSecurity "restricted');
  await soon(async () => {
    const { output } = await kubectl.run(['-n', namespace, 'get', 'events', '-o', 'json']);
    expect(output).toContain('violates PodSecurity');
  }, 30_000);
  expect(await podsIn(namespace)).toEqual([]);
});
