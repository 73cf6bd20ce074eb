import { type Container, containerOf, environmentOf, findIn } from '../manifest.ts';
import { eachPod, eachWorkload, type ManifestRule } from './rule.ts';

/** Every image is of one version, every container asks for what it needs. */
export const isSized: ManifestRule = eachPod((_pod, { image, resources: { requests, limits } }) => [
  !/^[^:@]+(:v?\d[^@]*|@sha256:[0-9a-f]{64}|:v?\d[^@]*@sha256:[0-9a-f]{64})$/.test(image) &&
    `${image} is not of one version`,
  !requests['cpu'] && 'requests no CPU',
  !limits['memory'] && 'has no limit of memory',
  requests['memory'] !== limits['memory'] && 'may be given less than its limit',
  !requests['ephemeral-storage'] && 'requests no room on the disk',
  !limits['ephemeral-storage'] && 'has no limit of its disk',
]);

const probesOf = ({ startupProbe, readinessProbe, livenessProbe }: Container) => [
  startupProbe,
  readinessProbe,
  livenessProbe,
];

/** Probes go to a port that is there and give an answer time; alive is less than ready. */
export const isProbed: ManifestRule = eachPod((_pod, container) => {
  const { startupProbe, readinessProbe, livenessProbe } = container;
  const named = container.ports.map(({ name }) => name);
  return [
    ...probesOf(container).flatMap((probe) => [
      !named.includes(String(probe?.httpGet.port)) && 'a probe goes to no port',
      !(probe?.timeoutSeconds <= probe?.periodSeconds) && 'a probe waits longer than its period',
    ]),
    livenessProbe?.httpGet.path === readinessProbe?.httpGet.path && 'alive means ready',
    startupProbe?.periodSeconds * startupProbe?.failureThreshold < 60 && 'has no time to start',
    livenessProbe?.periodSeconds * livenessProbe?.failureThreshold < 30 && 'is restarted in haste',
  ];
});

/** No variable is set twice, and none holds a secret: those are files. */
export const saysOnce: ManifestRule = eachWorkload((workload, manifests) => {
  const { envFrom = [], env = [] } = containerOf(workload);
  const names = [
    ...envFrom.flatMap(({ configMapRef }) =>
      Object.keys(findIn(manifests, 'ConfigMap', configMapRef?.name ?? '')?.data ?? {}),
    ),
    ...env.map(({ name }) => name),
  ];
  const settings = environmentOf(manifests, workload);
  return [
    names.length !== Object.keys(settings).length && 'sets a name twice',
    envFrom.some(({ secretRef }) => secretRef) && 'has a secret in its environment',
    env.some(({ valueFrom }) => valueFrom && 'secretKeyRef' in valueFrom) &&
      'has a secret in its environment',
    Object.entries(settings).some(
      ([name, value]) =>
        /PASSWORD|SECRET|TOKEN|SEED|CREDENTIALS|KEY/.test(name) && !value.startsWith('/'),
    ) && 'has in its environment what should be a file',
  ];
});
