import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import {
  containerOf,
  findIn,
  type Manifest,
  ofKind,
  type PodSpec,
  type Service,
  type Workload,
} from '../manifest.ts';
import { eachWorkload, type ManifestRule, type Problems } from './rule.ts';

/** Secrets that the installation makes by hand, as k8s/README.md says. */
const madeByHand =
  /^(gateway-token-key|nats-users|nats-tls|nats-(gateway|observer|worker-[a-z-]+))$/;

const k8s = join(import.meta.dirname, '../../../k8s');

/** What is applied once, for all installations of a cluster. */
export const priorities: readonly Manifest[] = parseAllDocuments(
  readFileSync(join(k8s, 'priorities.yaml'), 'utf8'),
  // Their shape is checked by a test.
).map((document) => document.toJS() as Manifest);

/** Maps that stay under their name when they change: whoever mounts them reads them anew. */
const keepsItsName = /^millrace-dashboard-/;

const mapsOf = (workload: Workload): readonly string[] =>
  [
    ...workload.spec.template.spec.volumes.flatMap(({ configMap, projected }) => [
      configMap?.name ?? [],
      projected?.sources.map((source) => source.configMap?.name ?? []) ?? [],
    ]),
    ...(containerOf(workload).envFrom ?? []).map(({ configMapRef }) => configMapRef?.name ?? []),
  ].flat(2);

const secretsOf = ({ volumes }: PodSpec): readonly string[] =>
  volumes
    .flatMap(({ secret, projected }) => [
      secret?.secretName ?? [],
      projected?.sources.map((source) => source.secret?.name ?? []) ?? [],
    ])
    .flat(2);

const problemsOfMounts = (
  { spec }: Workload,
  { volumeMounts }: ReturnType<typeof containerOf>,
): Problems => {
  const { volumes } = spec.template.spec;
  const claims = spec.volumeClaimTemplates?.map(({ metadata }) => metadata.name) ?? [];
  const mountable = [...volumes.map(({ name }) => name), ...claims];
  const mounted = volumeMounts.map(({ name }) => name);
  return [
    ...mounted.map((name) => !mountable.includes(name) && `there is no volume ${name}`),
    ...mountable.map((name) => !mounted.includes(name) && `nobody mounts ${name}`),
    !volumeMounts.some(({ mountPath }) => mountPath === '/tmp') && 'has no /tmp',
    volumes.some(({ emptyDir }) => emptyDir && !emptyDir.sizeLimit) && 'has a folder without limit',
    ...volumes.map(
      ({ secret }) =>
        secret && secret.defaultMode !== 0o440 && `anybody may read ${secret.secretName}`,
    ),
  ];
};

/** Whatever a pod refers to is there; what it read at its start has a name that changes with it. */
export const refersToWhatIsThere: ManifestRule = eachWorkload((workload, manifests) => {
  const pod = workload.spec.template.spec;
  const service = ofKind<Service>(manifests, 'Service').find(
    ({ metadata }) => metadata.name === workload.spec.serviceName,
  );
  return [
    ...mapsOf(workload).flatMap((name) => [
      !findIn(manifests, 'ConfigMap', name) && `there is no ConfigMap ${name}`,
      !/-[a-z0-9]{10}$/.test(name) && !keepsItsName.test(name) && `${name} may change unnoticed`,
    ]),
    ...secretsOf(pod).map((name) => !madeByHand.test(name) && `there is no Secret ${name}`),
    ...problemsOfMounts(workload, containerOf(workload)),
    workload.kind === 'StatefulSet' &&
      service?.spec.clusterIP !== 'None' &&
      'its service is not headless',
    !findIn(priorities, 'PriorityClass', pod.priorityClassName ?? '') && 'has no priority',
  ];
});
