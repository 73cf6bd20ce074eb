import type { Manifest } from '../manifest.ts';
import type { ManifestRule } from './rule.ts';

const eachObject =
  (look: (manifest: Manifest) => string | false): ManifestRule =>
  (manifests) =>
    manifests.flatMap((manifest) => {
      const problem = look(manifest);
      return problem === false ? [] : [`${manifest.kind} ${manifest.metadata.name}: ${problem}`];
    });

/** Every object says whose it is, and lies in the one namespace. */
export const isLabelled: ManifestRule = (manifests) => {
  const namespaces = new Set(manifests.flatMap(({ metadata }) => metadata.namespace ?? []));
  return [
    ...(namespaces.size === 1 ? [] : [`there are ${namespaces.size} namespaces`]),
    ...eachObject(
      ({ metadata: { labels, namespace } }) =>
        (labels?.['app.kubernetes.io/part-of'] !== 'millrace' && 'is not labelled') ||
        (namespace === undefined && 'is in the wrong place'),
    )(manifests),
  ];
};

/** What the API server takes, by group: no version that is to go. */
const versions = [
  'apps/v1',
  'autoscaling/v2',
  'keda.sh/v1alpha1',
  'monitoring.coreos.com/v1',
  'networking.k8s.io/v1',
  'policy/v1',
  'rbac.authorization.k8s.io/v1',
  'v1',
];

/** No object of a kind that has no lasting version, or that the whole cluster has one of. */
export const isOfALastingKind: ManifestRule = eachObject(
  ({ apiVersion, kind }) =>
    (!versions.includes(apiVersion) && `${apiVersion} does not last`) ||
    (/^Cluster|Webhook|CustomResourceDefinition|^Secret$|^Namespace$|^PriorityClass$/.test(kind) &&
      'is not for an overlay'),
);

/** kubectl apply keeps a copy of what it applied in an annotation, which may have 256 KiB. */
export const fitsIntoItsAnnotation: ManifestRule = eachObject(
  (manifest) => JSON.stringify(manifest).length > 250_000 && 'is too large for kubectl apply',
);

/** Two objects of one name would be one. */
export const isNamedOnce: ManifestRule = (manifests) => {
  const names = manifests.map(({ apiVersion, kind, metadata }) =>
    [apiVersion, kind, metadata.name].join(' '),
  );
  return names.filter((name, index) => names.indexOf(name) !== index);
};
