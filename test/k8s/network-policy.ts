import type { Manifest } from './manifest.ts';
import type { Selector } from './selector.ts';

/** One end of what a policy allows. */
export interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string };
}

/** What a policy allows: from or to some, at some ports; who is not named is everybody. */
export interface Edge {
  readonly ports?: readonly { readonly protocol: string; readonly port: number | string }[];
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
}

/** What some pods may do on the network: in each direction that it names, nothing else. */
export interface NetworkPolicy extends Manifest {
  readonly kind: 'NetworkPolicy';
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly Edge[];
    readonly egress?: readonly Edge[];
  };
}

/** Everybody whom a policy names. */
export const peersOf = ({ spec }: NetworkPolicy): readonly Peer[] =>
  [...(spec.ingress ?? []), ...(spec.egress ?? [])].flatMap(({ from = [], to = [] }) => [
    ...from,
    ...to,
  ]);
