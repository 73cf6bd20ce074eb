import {
  type Container,
  containerOf,
  environmentOf,
  findIn,
  type Manifest,
  type PodSpec,
  type Workload,
  workloadsIn,
} from './render.ts';

/** Looks at all objects and says in words what is wrong. */
export type ManifestRule = (manifests: readonly Manifest[]) => readonly string[];

type Problems = readonly (string | false | undefined)[];

const each =
  (look: (workload: Workload, manifests: readonly Manifest[]) => Problems): ManifestRule =>
  (manifests) =>
    workloadsIn(manifests).flatMap((workload) =>
      look(workload, manifests)
        .filter((problem) => typeof problem === 'string')
        .map((problem) => `${workload.metadata.name}: ${problem}`),
    );

const eachPod = (look: (pod: PodSpec, container: Container) => Problems): ManifestRule =>
  each((workload) => look(workload.spec.template.spec, containerOf(workload)));

const isSubset = (
  part: Readonly<Record<string, string>>,
  whole: Readonly<Record<string, string>>,
): boolean => Object.entries(part).every(([key, value]) => whole[key] === value);

const labelsOf = ({ spec }: Workload) => spec.template.metadata.labels;

/** The Pod Security Standard "restricted", and a root file system that nobody writes. */
export const isRestricted: ManifestRule = eachPod((pod, { securityContext }) => [
  pod.securityContext?.runAsNonRoot !== true && 'may run as root',
  (pod.securityContext?.runAsUser ?? 0) < 10_000 && 'its user may be one of the node',
  pod.securityContext?.seccompProfile?.type !== 'RuntimeDefault' && 'has no seccomp profile',
  pod.hostNetwork && 'uses the network of the node',
  pod.volumes.some(({ hostPath }) => hostPath) && 'mounts a path of the node',
  securityContext?.allowPrivilegeEscalation !== false && 'may escalate its privileges',
  securityContext?.privileged && 'is privileged',
  securityContext?.capabilities?.drop?.join() !== 'ALL' && 'keeps capabilities',
  securityContext?.capabilities?.add && 'adds capabilities',
  securityContext?.readOnlyRootFilesystem !== true && 'may write its root file system',
]);

/** Each pod has an account of its own without a token, and nothing to learn of its neighbours. */
export const hasNoToken: ManifestRule = each(({ metadata, spec }, manifests) => {
  const { serviceAccountName, automountServiceAccountToken, enableServiceLinks } =
    spec.template.spec;
  const account = findIn(manifests, 'ServiceAccount', serviceAccountName);
  return [
    serviceAccountName !== metadata.name && 'shares its service account',
    !account && 'names a service account that is not there',
    account?.automountServiceAccountToken !== false && 'its service account has a token',
    automountServiceAccountToken !== false && 'mounts a token',
    enableServiceLinks !== false && 'gets the addresses of services as variables',
  ];
});

/** Selectors say the same as labels, and every selector selects. */
export const selects: ManifestRule = (manifests) => {
  const workloads = workloadsIn(manifests);
  const selectedBy = (selector: Readonly<Record<string, string>>) =>
    workloads.filter((workload) => isSubset(selector, labelsOf(workload)));
  const own = each((workload) => [
    selectedBy(workload.spec.selector.matchLabels).length !== 1 &&
      'its selector does not select its own pods alone',
    !isSubset(workload.spec.selector.matchLabels, labelsOf(workload)) &&
      'its selector does not select its pods',
    workload.spec.template.spec.topologySpreadConstraints?.length !== 2 &&
      'is not spread over nodes and zones',
    workload.spec.template.spec.topologySpreadConstraints?.some(
      ({ labelSelector }) =>
        Object.keys(labelSelector.matchLabels).length === 0 ||
        !isSubset(labelSelector.matchLabels, labelsOf(workload)),
    ) && 'is spread by labels that are not its own',
  ]);
  const others = manifests
    .filter(({ kind }) => kind === 'Service' || kind === 'PodDisruptionBudget')
    .filter(({ kind, spec }) => {
      const selector = kind === 'Service' ? spec?.selector : spec?.selector?.matchLabels;
      return selectedBy(selector ?? {}).length !== 1;
    })
    .map(({ kind, metadata }) => `${kind} ${metadata.name}: does not select one workload`);
  return [...own(manifests), ...others];
};

/** Every service leads to a port that the pods have, and no service to the broker's monitoring. */
export const reachesPorts: ManifestRule = (manifests) =>
  manifests
    .filter(({ kind }) => kind === 'Service')
    .flatMap(({ metadata, spec }) => {
      const workload = workloadsIn(manifests).find((each) =>
        isSubset(spec?.selector ?? {}, labelsOf(each)),
      );
      const named = workload ? containerOf(workload).ports.map(({ name }) => name) : [];
      return (spec?.ports ?? [])
        .filter(({ targetPort }) => !named.includes(String(targetPort)) || targetPort === 'monitor')
        .map(({ targetPort }) => `Service ${metadata.name}: leads to ${targetPort}`);
    });

/** Secrets that the installation makes by hand, as k8s/README.md says. */
const madeByHand = ['gateway-token-key'];

/** Whatever a pod refers to is there. */
export const refersToWhatIsThere: ManifestRule = each((workload, manifests) => {
  const { volumes } = workload.spec.template.spec;
  const container = containerOf(workload);
  const claims = workload.spec.volumeClaimTemplates?.map(({ metadata }) => metadata.name) ?? [];
  const mountable = [...volumes.map(({ name }) => name), ...claims];
  const maps = [
    ...volumes.flatMap(({ configMap }) => configMap?.name ?? []),
    ...(container.envFrom ?? []).map(({ configMapRef }) => configMapRef.name),
  ];
  return [
    ...maps
      .filter((name) => !findIn(manifests, 'ConfigMap', name))
      .map((name) => `there is no ConfigMap ${name}`),
    ...volumes
      .flatMap(({ secret }) => secret?.secretName ?? [])
      .filter((name) => !madeByHand.includes(name))
      .map((name) => `there is no Secret ${name}`),
    ...container.volumeMounts
      .filter(({ name }) => !mountable.includes(name))
      .map(({ name }) => `there is no volume ${name}`),
    workload.kind === 'StatefulSet' &&
      findIn(manifests, 'Service', workload.spec.serviceName ?? '')?.spec?.clusterIP !== 'None' &&
      'its service is not headless',
    !container.volumeMounts.some(({ mountPath }) => mountPath === '/tmp') && 'has no /tmp',
    volumes.some(({ emptyDir }) => emptyDir && !emptyDir.sizeLimit) && 'has a folder without limit',
  ];
});

/** Every image is of one version, every container asks for what it needs. */
export const isSized: ManifestRule = eachPod((_pod, { image, resources }) => [
  !/^[^:@]+:(?!latest)\d/.test(image) && `${image} is not of one version`,
  !resources.requests['cpu'] && 'requests no CPU',
  !resources.limits['memory'] && 'has no limit of memory',
  resources.requests['memory'] !== resources.limits['memory'] && 'may be given less than its limit',
  !resources.limits['ephemeral-storage'] && 'has no limit of its disk',
]);

/** Probes go to a port that is there; alive is less than ready. */
export const isProbed: ManifestRule = eachPod((_pod, container) => {
  const { startupProbe, readinessProbe, livenessProbe, ports } = container;
  const named = ports.map(({ name }) => name);
  return [
    ...[startupProbe, readinessProbe, livenessProbe]
      .filter((probe) => !named.includes(String(probe?.httpGet.port)))
      .map(() => 'a probe goes to no port'),
    livenessProbe?.httpGet.path === readinessProbe?.httpGet.path && 'alive means ready',
  ];
});

/** What is left of an object's environment when nobody gives it twice. */
export const saysOnce: ManifestRule = each((workload, manifests) => {
  const { envFrom = [], env = [] } = containerOf(workload);
  const names = [
    ...envFrom.flatMap(({ configMapRef }) =>
      Object.keys(findIn(manifests, 'ConfigMap', configMapRef.name)?.data ?? {}),
    ),
    ...env.map(({ name }) => name),
  ];
  return [
    names.length !== Object.keys(environmentOf(manifests, workload)).length && 'sets a name twice',
  ];
});

/** Every object says whose it is, and lets the installation choose the namespace. */
export const isLabelled: ManifestRule = (manifests) =>
  manifests
    .filter(
      ({ metadata: { labels, namespace } }) =>
        namespace !== undefined || labels?.['app.kubernetes.io/part-of'] !== 'millrace',
    )
    .map(({ kind, metadata }) => `${kind} ${metadata.name}: is not labelled, or has a namespace`);
