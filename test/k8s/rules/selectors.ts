import {
  containerOf,
  type DisruptionBudget,
  type Labels,
  type Manifest,
  ofKind,
  type Service,
  workloadsIn,
} from '../manifest.ts';
import { isSubset } from '../selector.ts';
import { eachWorkload, labelsOf, type ManifestRule } from './rule.ts';

const selectedBy = (manifests: readonly Manifest[], selector: Labels) =>
  workloadsIn(manifests).filter((workload) => isSubset(selector, labelsOf(workload)));

const ownSelectors: ManifestRule = eachWorkload((workload, manifests) => {
  const { selector, template } = workload.spec;
  const selected = selectedBy(manifests, selector.matchLabels);
  return [
    !isSubset(selector.matchLabels, labelsOf(workload)) && 'its selector does not select its pods',
    selected.length !== 1 && 'its selector does not select its own pods alone',
    // A selector cannot be changed, a version is.
    Object.keys(selector.matchLabels).some((name) => /version|hash/.test(name)) &&
      'its selector holds what changes',
    template.spec.topologySpreadConstraints?.some(
      ({ labelSelector: { matchLabels } }) =>
        Object.keys(matchLabels).length === 0 || !isSubset(matchLabels, labelsOf(workload)),
    ) && 'is spread by labels that are not its own',
  ];
});

/** Selectors say the same as labels, and every selector selects one workload. */
export const selects: ManifestRule = (manifests) => [
  ...ownSelectors(manifests),
  ...[
    ...ofKind<Service>(manifests, 'Service').map((one) => ({ one, selector: one.spec.selector })),
    ...ofKind<DisruptionBudget>(manifests, 'PodDisruptionBudget').map((one) => ({
      one,
      selector: one.spec.selector.matchLabels,
    })),
  ]
    .filter(({ selector }) => selectedBy(manifests, selector).length !== 1)
    .map(({ one }) => `${one.kind} ${one.metadata.name}: does not select one workload`),
];

/** Every service leads to a port that the pods have, and no service to the broker's monitoring. */
export const reachesPorts: ManifestRule = (manifests) =>
  ofKind<Service>(manifests, 'Service').flatMap(({ metadata, spec }) => {
    const [workload] = selectedBy(manifests, spec.selector);
    const named = workload ? containerOf(workload).ports.map(({ name }) => name) : [];
    return spec.ports
      .filter(({ targetPort }) => !named.includes(String(targetPort)) || targetPort === 'monitor')
      .map(({ targetPort }) => `Service ${metadata.name}: leads to ${targetPort}`);
  });
