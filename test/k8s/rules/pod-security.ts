import { findIn, type PodSpec, type SecurityContext, type Volume } from '../manifest.ts';
import { eachPod, eachWorkload, type ManifestRule, type Problems } from './rule.ts';

const allowedVolumes = [
  'configMap',
  'downwardAPI',
  'emptyDir',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

const typeOf = (volume: Volume): string => Object.keys(volume).find((key) => key !== 'name') ?? '';

/** What the standard says of the pod. */
const problemsOfPod = ({ securityContext, volumes, ...pod }: PodSpec): Problems => [
  securityContext?.runAsNonRoot !== true && 'may run as root',
  // Beyond the standard: ids below are those of the node's own users.
  (securityContext?.runAsUser ?? 0) < 10_000 && 'its user may be one of the node',
  (securityContext?.runAsGroup ?? 0) < 10_000 && 'its group may be one of the node',
  securityContext?.seccompProfile?.type !== 'RuntimeDefault' && 'has no seccomp profile',
  pod.hostNetwork && 'uses the network of the node',
  (pod.hostPID || pod.hostIPC) && 'sees the processes of the node',
  ...volumes.map((volume) => {
    const type = typeOf(volume);
    return !allowedVolumes.includes(type) && `mounts a ${type}`;
  }),
];

/** What it says of a container. */
const problemsOfContainer = (context: SecurityContext | undefined): Problems => [
  context?.allowPrivilegeEscalation !== false && 'may escalate its privileges',
  context?.privileged && 'is privileged',
  context?.capabilities?.drop?.join() !== 'ALL' && 'keeps capabilities',
  context?.capabilities?.add && 'adds capabilities',
  context?.procMount && 'sees more of /proc',
  (context?.runAsNonRoot === false || context?.runAsUser === 0) && 'may run as root after all',
  context?.seccompProfile?.type === 'Unconfined' && 'goes without its seccomp profile',
  // Beyond the standard.
  context?.readOnlyRootFilesystem !== true && 'may write its root file system',
];

/** The Pod Security Standard "restricted", and a root file system that nobody writes. */
export const isRestricted: ManifestRule = eachPod((pod, { securityContext, ports }) => [
  ...problemsOfPod(pod),
  ...problemsOfContainer(securityContext),
  ports.some(({ hostPort }) => hostPort) && 'takes a port of the node',
]);

/** Who asks the API server for pods, and so has a token. */
const asksTheApi = ['prometheus'];

/** Each pod has an account of its own without a token, and nothing to learn of its neighbours. */
export const hasNoToken: ManifestRule = eachWorkload(({ metadata, spec }, manifests) => {
  const { serviceAccountName, automountServiceAccountToken, enableServiceLinks } =
    spec.template.spec;
  const account = findIn(manifests, 'ServiceAccount', serviceAccountName);
  return [
    serviceAccountName !== metadata.name && 'shares its service account',
    !account && 'names a service account that is not there',
    account?.automountServiceAccountToken !== false && 'its service account has a token',
    automountServiceAccountToken !== asksTheApi.includes(metadata.name) && 'mounts a token',
    enableServiceLinks !== false && 'gets the addresses of services as variables',
  ];
});
