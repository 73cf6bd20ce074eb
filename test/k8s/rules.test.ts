import { expect, test } from 'vitest';
import type { Manifest } from './manifest.ts';
import { render } from './render.ts';
import { allRules } from './rules/all.ts';
import { hasOneNumber, isKept, isReplacedInSteps, isSpread } from './rules/availability.ts';
import { isProbed, isSized, saysOnce } from './rules/containers.ts';
import { grantsLittle, keepsNoSecret, pointsAtSomebody } from './rules/links.ts';
import {
  fitsIntoItsAnnotation,
  isLabelled,
  isNamedOnce,
  isOfALastingKind,
} from './rules/objects.ts';
import { hasNoToken, isRestricted } from './rules/pod-security.ts';
import { refersToWhatIsThere } from './rules/references.ts';
import type { ManifestRule } from './rules/rule.ts';
import { reachesPorts, selects } from './rules/selectors.ts';

/** What somebody might write instead of what is written. */
type Mistake = readonly [title: string, right: string, wrong: string];

const mistakes = new Map<ManifestRule, readonly Mistake[]>([
  [
    isRestricted,
    [
      ['a pod that may be root', '"runAsNonRoot":true', '"runAsNonRoot":false'],
      ['a user of the node', '"runAsUser":65532', '"runAsUser":1000'],
      ['a group of the node', '"runAsGroup":65532', '"runAsGroup":0'],
      ['no seccomp profile', '"RuntimeDefault"', '"Unconfined"'],
      ['a capability kept', '"drop":["ALL"]', '"drop":["NET_RAW"]'],
      ['a capability added', '"drop":["ALL"]', '"drop":["ALL"],"add":["NET_ADMIN"]'],
      ['a root file system to write', '"readOnlyRootFilesystem":true', '"x":0'],
      ['privileges to escalate', '"allowPrivilegeEscalation":false', '"x":0'],
      ['a privileged container', '"readOnlyRootFilesystem":true', '"privileged":true'],
      ['a path of the node', '"emptyDir":{"sizeLimit":"64Mi"}', '"hostPath":{}'],
      ['the network of the node', '"enableServiceLinks":false', '"hostNetwork":true'],
      ['the processes of the node', '"enableServiceLinks":false', '"hostPID":true'],
      ['a port of the node', '"containerPort":8080', '"containerPort":8080,"hostPort":8080'],
    ],
  ],
  [
    hasNoToken,
    [
      ['a mounted token', '"automountServiceAccountToken":false', '"x":0'],
      ['addresses as variables', '"enableServiceLinks":false', '"x":0'],
      ['another account', '"serviceAccountName":"gateway"', '"serviceAccountName":"nats"'],
      ['a missing account', '"serviceAccountName":"nats"', '"serviceAccountName":"none"'],
    ],
  ],
  [
    selects,
    [
      ['a selector of nothing', '"matchLabels":{"app', '"matchLabels":{"x'],
      ['a selector of two', 'name":"worker-user"', 'name":"worker-cart"'],
      [
        'a spread of nobody',
        '"labelSelector":{"matchLabels":{',
        '"labelSelector":{"matchLabels":{"a":"b",',
      ],
      ['a version in a selector', 'app.kubernetes.io/component', 'app.kubernetes.io/version'],
    ],
  ],
  [
    reachesPorts,
    [
      ['a port without a name', '"name":"http"}', '"name":"web"}'],
      ['monitoring for all', '"targetPort":"client"', '"targetPort":"monitor"'],
    ],
  ],
  [
    refersToWhatIsThere,
    [
      ['a missing map', '"configMapRef":{"name":"', '"configMapRef":{"name":"x'],
      ['a missing projected map', '"configMap":{"name":"nats-config', '"configMap":{"name":"nats'],
      ['a map that changes unnoticed', 'gateway-settings-', 'gateway-settings'],
      ['a missing secret', 'gateway-token-key', 'token'],
      ['a secret for everybody', '"defaultMode":288', '"defaultMode":420'],
      ['a missing volume', '"/var/run/nats","name":"pid"', '"/var/run/nats","name":"x"'],
      [
        'a volume for nothing',
        '{"mountPath":"/etc/millrace/nats","name":"nats-user","readOnly":true}',
        '{"mountPath":"/a","name":"tmp"}',
      ],
      ['no room for temporary files', '"mountPath":"/tmp"', '"mountPath":"/var/tmp"'],
      ['a folder without a limit', '"emptyDir":{"sizeLimit":"64Mi"}', '"emptyDir":{}'],
      ['a service with an address', '"clusterIP":"None",', ''],
      ['no priority', '"priorityClassName":"millrace-worker"', '"priorityClassName":"worker"'],
    ],
  ],
  [
    pointsAtSomebody,
    [
      ['a policy of nobody', '"values":["worker","gateway","observer"]', '"values":["workers"]'],
      ['an edge to nobody', '"app.kubernetes.io/name":"grafana"}}}', '"a":"b"}}}'],
    ],
  ],
  [
    grantsLittle,
    [
      ['every right', '"verbs":["get","list","watch"]', '"verbs":["*"]'],
      ['a look at secrets', '"resources":["pods"]', '"resources":["secrets"]'],
      ['a right of nobody', '"kind":"Role","name":"prometheus"}', '"kind":"Role","name":"none"}'],
    ],
  ],
  [
    keepsNoSecret,
    [
      ['a password in a map', '"LOG_FORMAT":"json"', '"LOG_FORMAT":"password: abc"'],
      ['a seed in a map', '"LOG_FORMAT":"json"', `"LOG_FORMAT":"SU${'A'.repeat(56)}"`],
    ],
  ],
  [
    isSized,
    [
      ['the newest image', 'millrace:0.1.0', 'millrace:latest'],
      ['an image without a tag', 'nats:2.15.1-alpine', 'nats'],
      ['no limit of memory', '"memory":"512Mi"},"requests"', '"x":""},"requests"'],
      ['more given than asked for', '"memory":"1Gi"},"requests"', '"memory":"2Gi"},"requests"'],
      ['no request of CPU', '"cpu":"250m",', ''],
      ['no limit of the disk', '"ephemeral-storage":"128Mi",', ''],
    ],
  ],
  [
    isProbed,
    [
      ['a probe to nowhere', '"port":"health"', '"port":"probe"'],
      ['an outage that restarts all', '/livez', '/readyz'],
      ['a start in haste', '"failureThreshold":150', '"failureThreshold":1'],
      [
        'a restart in haste',
        '"failureThreshold":3,"httpGet":{"path":"/livez"',
        '"failureThreshold":1,"httpGet":{"path":"/livez"',
      ],
      ['an answer that comes too late', '"timeoutSeconds":2', '"timeoutSeconds":20'],
    ],
  ],
  [
    saysOnce,
    [
      ['a variable said twice', '"CONCURRENCY"', '"LOG_LEVEL"'],
      ['a secret as a variable', '"name":"NODE_OPTIONS","value":', '"name":"TOKEN_KEY","value":'],
      [
        'a secret from the environment',
        '"name":"NODE_OPTIONS","value"',
        '"name":"N","valueFrom":{"secretKeyRef":{}},"value"',
      ],
      ['an environment of secrets', '"envFrom":[', '"envFrom":[{"secretRef":{"name":"x"}},'],
    ],
  ],
  [
    isKept,
    [
      ['a node that cannot be drained', '"maxUnavailable":1', '"minAvailable":1'],
      ['a broken pod that holds up its node', '"AlwaysAllow"', '"IfHealthyBudget"'],
      ['no budget', '"kind":"PodDisruptionBudget"', '"kind":"Budget"'],
    ],
  ],
  [
    isReplacedInSteps,
    [
      ['all at a blow', '"type":"RollingUpdate"', '"type":"Recreate"'],
      ['a gap between versions', '"maxUnavailable":0', '"maxUnavailable":1'],
    ],
  ],
  [
    isSpread,
    [
      ['no spread', '"topologySpreadConstraints"', '"x"'],
      ['a spread over nodes alone', 'topology.kubernetes.io/zone', 'kubernetes.io/hostname'],
    ],
  ],
  [
    hasOneNumber,
    [
      ['a number beside the autoscaler', '"progressDeadlineSeconds":600', '"replicas":2'],
      [
        'an autoscaler of nothing',
        '"scaleTargetRef":{"name":"worker-cart"}',
        '"scaleTargetRef":{"name":"cart"}',
      ],
      [
        'two autoscalers',
        '"scaleTargetRef":{"name":"worker-cart"}',
        '"scaleTargetRef":{"name":"worker-user"}',
      ],
    ],
  ],
  [
    isLabelled,
    [
      ['no owner', '"app.kubernetes.io/part-of":"millrace"', '"x":"y"'],
      [
        'two namespaces',
        '"name":"nats","namespace":"millrace"',
        '"name":"nats","namespace":"shop"',
      ],
      ['no namespace', '"name":"nats","namespace":"millrace"', '"name":"nats"'],
    ],
  ],
  [
    isOfALastingKind,
    [
      ['a version that goes', '"policy/v1"', '"policy/v1beta1"'],
      ['rights in the whole cluster', '"kind":"NetworkPolicy"', '"kind":"ClusterRole"'],
      ['a secret in the repository', '"kind":"ConfigMap"', '"kind":"Secret"'],
    ],
  ],
  [isNamedOnce, [['two objects of one name', '"name":"observer"', '"name":"gateway"']]],
  [
    fitsIntoItsAnnotation,
    [
      [
        'an object that is too large',
        '"LOG_FORMAT":"json"',
        `"LOG_FORMAT":"${'x'.repeat(250_000)}"`,
      ],
    ],
  ],
]);

const installed = ['keda', 'plain-monitoring', 'network-policies'] as const;

test('every rule is broken once', () => {
  expect(allRules.map(([, rule]) => rule)).toEqual([...mistakes.keys()]);
});

for (const [rule, all] of mistakes) {
  for (const [title, right, wrong] of all) {
    test(`finds ${title}`, async (context) => {
      const manifests = await render(context, 'prod', installed);
      expect(rule(manifests)).toEqual([]);
      const text = JSON.stringify(manifests);
      expect(text.includes(right), `${right} is written`).toBe(true);

      const problems = rule(JSON.parse(text.replaceAll(right, wrong)) as readonly Manifest[]);

      expect(problems).not.toEqual([]);
    });
  }
}
