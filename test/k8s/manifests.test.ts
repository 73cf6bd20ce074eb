import { expect, test } from 'vitest';
import {
  hasNoToken,
  isLabelled,
  isProbed,
  isRestricted,
  isSized,
  type ManifestRule,
  reachesPorts,
  refersToWhatIsThere,
  saysOnce,
  selects,
} from './manifest-rules.ts';
import { type Manifest, renderBase, workloadsIn } from './render.ts';

const rules: readonly [string, ManifestRule][] = [
  ['every pod is restricted', isRestricted],
  ['no pod has a token', hasNoToken],
  ['selectors and labels agree', selects],
  ['services lead to ports', reachesPorts],
  ['what is referred to is there', refersToWhatIsThere],
  ['images have a version and containers a size', isSized],
  ['probes have a port and a meaning', isProbed],
  ['no variable is set twice', saysOnce],
  ['objects are labelled and free of a namespace', isLabelled],
];

test('the base is three workers, the gateway and the broker', async (context) => {
  const manifests = await renderBase(context);

  const names = workloadsIn(manifests).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(names.sort()).toEqual([
    'Deployment gateway',
    'Deployment worker-cart',
    'Deployment worker-product',
    'Deployment worker-user',
    'StatefulSet nats',
  ]);
  expect([...new Set(manifests.map(({ kind }) => kind))].sort()).toEqual([
    'ConfigMap',
    'Deployment',
    'PodDisruptionBudget',
    'Service',
    'ServiceAccount',
    'StatefulSet',
  ]);
});

for (const [title, rule] of rules) {
  test(title, async (context) => {
    expect(rule(await renderBase(context))).toEqual([]);
  });
}

/** What somebody might write, and the rule that finds it. */
const mistakes: readonly [string, ManifestRule, string, string][] = [
  ['a pod that may be root', isRestricted, '"runAsNonRoot":true', '"runAsNonRoot":false'],
  ['a user of the node', isRestricted, '"runAsUser":65532', '"runAsUser":1000'],
  ['no seccomp profile', isRestricted, '"RuntimeDefault"', '"Unconfined"'],
  ['a capability kept', isRestricted, '"drop":["ALL"]', '"drop":["NET_RAW"]'],
  ['a capability added', isRestricted, '"drop":["ALL"]', '"drop":["ALL"],"add":["NET_ADMIN"]'],
  ['a root file system to write', isRestricted, '"readOnlyRootFilesystem":true', '"x":0'],
  ['privileges to escalate', isRestricted, '"allowPrivilegeEscalation":false', '"x":0'],
  ['a path of the node', isRestricted, '"emptyDir":{"sizeLimit":"64Mi"}', '"hostPath":{}'],
  ['a mounted token', hasNoToken, '"automountServiceAccountToken":false', '"x":0'],
  ['addresses as variables', hasNoToken, '"enableServiceLinks":false', '"x":0'],
  ['another account', hasNoToken, '"serviceAccountName":"gateway"', '"serviceAccountName":"nats"'],
  ['a missing account', hasNoToken, '"serviceAccountName":"nats"', '"serviceAccountName":"none"'],
  ['a selector of nothing', selects, '"matchLabels":{"app', '"matchLabels":{"x'],
  ['a selector of two', selects, 'name":"worker-user"', 'name":"worker-cart"'],
  ['no spread', selects, '"topologySpreadConstraints"', '"x"'],
  ['a port without a name', reachesPorts, '"name":"http"}', '"name":"web"}'],
  ['monitoring for all', reachesPorts, '"targetPort":"client"', '"targetPort":"monitor"'],
  ['a missing map', refersToWhatIsThere, '"configMapRef":{"name":"', '"configMapRef":{"name":"x'],
  ['a missing secret', refersToWhatIsThere, 'gateway-token-key', 'token'],
  ['a missing volume', refersToWhatIsThere, 'nats","name":"pid"', 'nats","name":"x"'],
  [
    'a folder without a limit',
    refersToWhatIsThere,
    '"emptyDir":{"sizeLimit":"64Mi"}',
    '"emptyDir":{}',
  ],
  ['a service with an address', refersToWhatIsThere, '"clusterIP":"None",', ''],
  ['the newest image', isSized, 'millrace:0.1.0', 'millrace:latest'],
  ['an image without a tag', isSized, 'nats:2.15.1-alpine', 'nats'],
  ['no limit of memory', isSized, '"memory":"512Mi"},"requests"', '"x":""},"requests"'],
  [
    'more asked for than given',
    isSized,
    '"memory":"1Gi"},"requests"',
    '"memory":"2Gi"},"requests"',
  ],
  ['a probe to nowhere', isProbed, '"port":"health"', '"port":"probe"'],
  ['an outage that restarts all', isProbed, '/livez', '/readyz'],
  ['a variable said twice', saysOnce, '"CONCURRENCY"', '"LOG_LEVEL"'],
  ['a fixed namespace', isLabelled, '"name":"nats"}', '"name":"nats","namespace":"shop"}'],
];

for (const [title, rule, right, wrong] of mistakes) {
  test(`finds ${title}`, async (context) => {
    const text = JSON.stringify(await renderBase(context));
    expect(text.includes(right), `${right} is written`).toBe(true);

    const problems = rule(JSON.parse(text.replaceAll(right, wrong)) as readonly Manifest[]);

    expect(problems).not.toEqual([]);
  });
}
