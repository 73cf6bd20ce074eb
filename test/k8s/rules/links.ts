import { type Manifest, ofKind, workloadsIn } from '../manifest.ts';
import { type NetworkPolicy, peersOf } from '../network-policy.ts';
import { type Selector, selects } from '../selector.ts';
import { labelsOf, type ManifestRule } from './rule.ts';

interface PodMonitor extends Manifest {
  readonly kind: 'PodMonitor';
  readonly spec: { readonly selector: Selector };
}

interface Role extends Manifest {
  readonly kind: 'Role';
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

interface RoleBinding extends Manifest {
  readonly kind: 'RoleBinding';
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string }[];
}

/** Who may be of another installation: a Prometheus and a NATS that are there already. */
const mayBeElsewhere = ['prometheus', 'nats'];

const isElsewhere = ({ matchLabels }: Selector): boolean =>
  mayBeElsewhere.includes(matchLabels?.['app.kubernetes.io/name'] ?? '');

/** Policies and monitors name pods that there are. */
export const pointsAtSomebody: ManifestRule = (manifests) => {
  const pods = workloadsIn(manifests).map(labelsOf);
  const isNobody = (selector: Selector) =>
    !isElsewhere(selector) && !pods.some((labels) => selects(selector, labels));
  const policies = ofKind<NetworkPolicy>(manifests, 'NetworkPolicy').flatMap((policy) => {
    const own = peersOf(policy).flatMap(({ podSelector, namespaceSelector }) =>
      podSelector && !namespaceSelector ? [podSelector] : [],
    );
    return [policy.spec.podSelector, ...own].map((selector) => ({ one: policy, selector }));
  });
  const monitors = ofKind<PodMonitor>(manifests, 'PodMonitor').map((monitor) => ({
    one: monitor,
    selector: monitor.spec.selector,
  }));
  return [...policies, ...monitors]
    .filter(({ selector }) => isNobody(selector))
    .map(({ one, selector }) => `${one.kind} ${one.metadata.name}: ${JSON.stringify(selector)}`);
};

/** Rights at the API server are few, written out, and given to somebody. */
export const grantsLittle: ManifestRule = (manifests) => {
  const grants = ofKind<Role>(manifests, 'Role').flatMap(({ metadata, rules }) =>
    rules
      .flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs])
      .filter((word) =>
        /^(\*|secrets|pods\/exec|create|update|patch|delete|bind|escalate)$/.test(word),
      )
      .map((word) => `Role ${metadata.name}: grants ${word}`),
  );
  const isThere = (kind: string, name: string) =>
    manifests.some((one) => one.kind === kind && one.metadata.name === name);
  const lost = ofKind<RoleBinding>(manifests, 'RoleBinding')
    .filter(({ roleRef, subjects }) =>
      [roleRef, ...subjects].some(({ kind, name }) => !isThere(kind, name)),
    )
    .map(({ metadata }) => `RoleBinding ${metadata.name}: names what is not there`);
  return [...grants, ...lost];
};

/** What looks like a private key, a seed, or a word to get in by. */
const secret =
  /PRIVATE KEY|\bS[UAOCNX][A-Z2-7]{56}\b|\b(pass|password|token|secret)["']?\s*[:=]\s*["']?[^\s"'$]/i;

/** No map holds what should be in a Secret. */
export const keepsNoSecret: ManifestRule = (manifests) =>
  manifests
    .filter(({ kind }) => kind === 'ConfigMap')
    .flatMap(({ metadata, data = {} }) =>
      Object.entries(data)
        .filter(([, text]) => secret.test(text))
        .map(([name]) => `ConfigMap ${metadata.name}: ${name} holds a secret`),
    );
