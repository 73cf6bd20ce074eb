import { containerOf, type Labels, type Manifest, ofKind, workloadsIn } from './manifest.ts';
import type { Edge, NetworkPolicy, Peer } from './network-policy.ts';
import { labelsOf } from './rules/rule.ts';
import { selects } from './selector.ts';

/** Who may speak or be spoken to: a pod of the installation or of elsewhere, or an address. */
export interface Party {
  readonly name: string;
  /** Absent for what is no pod of the cluster. */
  readonly pod?: { readonly namespace: string; readonly labels: Labels };
  readonly address?: string;
  readonly ports: readonly {
    readonly name?: string;
    readonly port: number;
    readonly protocol?: 'TCP' | 'UDP';
  }[];
}

/** The pods of the installation, one of each workload. */
export const partiesIn = (manifests: readonly Manifest[]): readonly Party[] =>
  workloadsIn(manifests).map((workload) => ({
    name: workload.metadata.name,
    pod: { namespace: workload.metadata.namespace ?? '', labels: labelsOf(workload) },
    ports: containerOf(workload).ports.map(({ name, containerPort }) => ({
      name,
      port: containerPort,
    })),
  }));

/** The labels that every namespace has by itself. */
const namespaceLabels = (namespace: string): Labels => ({
  'kubernetes.io/metadata.name': namespace,
});

const isPeer = (peer: Peer, party: Party, own: string): boolean => {
  if (peer.ipBlock) return peer.ipBlock.cidr === `${party.address}/32`;
  if (!party.pod) return false;
  const { namespace, labels } = party.pod;
  const inNamespace = peer.namespaceSelector
    ? selects(peer.namespaceSelector, namespaceLabels(namespace))
    : namespace === own;
  return inNamespace && selects(peer.podSelector ?? {}, labels);
};

type Port = Party['ports'][number];

const isPort = (edge: Edge, { name, port, protocol = 'TCP' }: Port): boolean =>
  edge.ports?.some(
    (one) => one.protocol === protocol && (one.port === port || one.port === name),
  ) ?? true;

const policiesOf = (
  manifests: readonly Manifest[],
  { pod }: Party,
  direction: 'Ingress' | 'Egress',
): readonly NetworkPolicy[] =>
  ofKind<NetworkPolicy>(manifests, 'NetworkPolicy').filter(
    ({ metadata, spec }) =>
      pod?.namespace === metadata.namespace &&
      spec.policyTypes.includes(direction) &&
      selects(spec.podSelector, pod?.labels ?? {}),
  );

const mayLeave = (manifests: readonly Manifest[], from: Party, to: Party, port: Port): boolean => {
  const policies = policiesOf(manifests, from, 'Egress');
  const allows = ({ spec, metadata }: NetworkPolicy) =>
    spec.egress?.some(
      (edge) =>
        isPort(edge, port) &&
        (edge.to?.some((peer) => isPeer(peer, to, metadata.namespace ?? '')) ?? true),
    );
  return policies.length === 0 || policies.some(allows);
};

const mayEnter = (manifests: readonly Manifest[], from: Party, to: Party, port: Port): boolean => {
  const policies = policiesOf(manifests, to, 'Ingress');
  const allows = ({ spec, metadata }: NetworkPolicy) =>
    spec.ingress?.some(
      (edge) =>
        isPort(edge, port) &&
        (edge.from?.some((peer) => isPeer(peer, from, metadata.namespace ?? '')) ?? true),
    );
  return policies.length === 0 || policies.some(allows);
};

/** Every `from -> to:port` that the policies let through, as a network plugin would. */
export const edgesAmong = (
  manifests: readonly Manifest[],
  parties: readonly Party[],
): readonly string[] =>
  parties
    .flatMap((from) =>
      parties.flatMap((to) =>
        to.ports
          .filter((port) => mayLeave(manifests, from, to, port))
          .filter((port) => mayEnter(manifests, from, to, port))
          .map(({ port }) => `${from.name} -> ${to.name}:${port}`),
      ),
    )
    .toSorted();
