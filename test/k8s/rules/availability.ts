import {
  type DisruptionBudget,
  type Manifest,
  ofKind,
  type Workload,
  workloadsIn,
} from '../manifest.ts';
import { isSubset } from '../selector.ts';
import { eachWorkload, labelsOf, type ManifestRule } from './rule.ts';

/** What sets the number of a Deployment's replicas. */
interface Autoscaler extends Manifest {
  readonly kind: 'ScaledObject' | 'HorizontalPodAutoscaler';
  readonly spec: { readonly scaleTargetRef: { readonly name: string; readonly kind?: string } };
}

const autoscalersOf = (manifests: readonly Manifest[], { metadata }: Workload) =>
  [
    ...ofKind<Autoscaler>(manifests, 'ScaledObject'),
    ...ofKind<Autoscaler>(manifests, 'HorizontalPodAutoscaler'),
  ].filter(({ spec }) => spec.scaleTargetRef.name === metadata.name);

/** Two of these would say everything twice, or need what only a cluster of them has. */
const isAlone = ['nats', 'prometheus', 'alertmanager', 'grafana'];

/** An evicted pod takes nothing away that others do not carry on. */
export const isKept: ManifestRule = eachWorkload((workload, manifests) => {
  const budgets = ofKind<DisruptionBudget>(manifests, 'PodDisruptionBudget').filter(({ spec }) =>
    isSubset(spec.selector.matchLabels, labelsOf(workload)),
  );
  const [budget] = budgets;
  return [
    budgets.length !== 1 && `has ${budgets.length} disruption budgets`,
    // With minAvailable a single replica could never be moved.
    budget?.spec.maxUnavailable !== 1 && 'may lose more than one, or cannot be moved',
    budget?.spec.unhealthyPodEvictionPolicy !== 'AlwaysAllow' && 'a broken pod holds up its node',
  ];
});

/** A new version replaces an old one without a gap. */
export const isReplacedInSteps: ManifestRule = eachWorkload(({ kind, metadata, spec }) => {
  const type = kind === 'Deployment' ? spec.strategy?.type : spec.updateStrategy?.type;
  const keepsAll = spec.strategy?.rollingUpdate?.maxUnavailable === 0;
  return [
    type !== 'RollingUpdate' && 'is not replaced in steps',
    kind === 'Deployment' && !keepsAll && `${metadata.name} goes before its successor is there`,
  ];
});

/** Who has replicas spreads them over nodes and zones. */
export const isSpread: ManifestRule = eachWorkload((workload, manifests) => {
  const { spec, metadata } = workload;
  const mayBeMany = (spec.replicas ?? 2) > 1 || !isAlone.includes(metadata.name);
  const keys = spec.template.spec.topologySpreadConstraints?.map(({ topologyKey }) => topologyKey);
  const wanted = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'];
  return [
    mayBeMany && keys?.toSorted().join() !== wanted.join() && 'is not spread over nodes and zones',
    autoscalersOf(manifests, workload).length > 0 &&
      isAlone.includes(metadata.name) &&
      'has to stay alone',
  ];
});

/** One says how many replicas there are: the manifest, or one autoscaler. */
export const hasOneNumber: ManifestRule = (manifests) => {
  const own = eachWorkload((workload) => {
    const autoscalers = autoscalersOf(manifests, workload).length;
    return [
      autoscalers > 1 && 'has two autoscalers',
      autoscalers > 0 && workload.spec.replicas !== undefined && 'is set back by every apply',
      autoscalers === 0 && workload.spec.replicas === undefined && 'has no number',
    ];
  });
  const names = workloadsIn(manifests).map(({ metadata }) => metadata.name);
  const lost = [
    ...ofKind<Autoscaler>(manifests, 'ScaledObject'),
    ...ofKind<Autoscaler>(manifests, 'HorizontalPodAutoscaler'),
  ].filter(({ spec }) => !names.includes(spec.scaleTargetRef.name));
  return [...own(manifests), ...lost.map(({ metadata }) => `${metadata.name}: scales nothing`)];
};
