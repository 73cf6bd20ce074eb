import type { GoBuild, Release, Tool } from './tools.ts';

/** The version of Kubernetes that manifests are tried against. */
const kubernetesVersion = '1.34.4';

/** What Kubernetes' own module finds in a folder beside itself, and everybody else under its own name. */
const besideKubernetes = [
  'api',
  'apiextensions-apiserver',
  'apimachinery',
  'apiserver',
  'cli-runtime',
  'client-go',
  'cloud-provider',
  'cluster-bootstrap',
  'code-generator',
  'component-base',
  'component-helpers',
  'controller-manager',
  'cri-api',
  'cri-client',
  'csi-translation-lib',
  'dynamic-resource-allocation',
  'endpointslice',
  'externaljwt',
  'kms',
  'kube-aggregator',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubectl',
  'kubelet',
  'metrics',
  'mount-utils',
  'pod-security-admission',
  'sample-apiserver',
  'sample-cli-plugin',
  'sample-controller',
].map((name) => `k8s.io/${name}`);

const kubernetesBuild = (program: string): GoBuild => {
  const [major, minor] = kubernetesVersion.split('.');
  const named = (name: string, value: string | undefined): string =>
    `-X k8s.io/component-base/version.${name}=${value}`;
  const names = [
    named('gitVersion', `v${kubernetesVersion}`),
    named('gitMajor', major),
    named('gitMinor', minor),
  ];
  return {
    module: 'k8s.io/kubernetes',
    version: `v${kubernetesVersion}`,
    program: `k8s.io/kubernetes/cmd/${program}`,
    flags: [`-ldflags=-s -w ${names.join(' ')}`],
    beside: { version: kubernetesVersion.replace(/^1/, 'v0'), modules: besideKubernetes },
  };
};

/** The newest whose checksums stand in the list of changes of the module that is built otherwise. */
const kubernetesServerRelease: Release = {
  version: '1.34.3',
  archiveUrl: (platform) => `https://dl.k8s.io/v1.34.3/kubernetes-server-${platform}.tar.gz`,
  checksums: {
    'linux-amd64':
      '6dacc62cf3def4873c680bd308fa88eb0ee857e4ca4e19723921172f7e6d4f7f774ea7742d59fa051807856896affb4fe86e55fc2612e2c3f729e5e10cde3200',
    'linux-arm64':
      '788e89509219b22e08ec436bc4ba39ccf47237b78253bdb26b1d2287c22d2edabacb8f2102d657fd259e3c7d2d2b671ba33ca60383beabd480873bcc30773d7b',
  },
  programsIn: 'server/bin',
};

const fromKubernetes = (name: string, variable: string): Tool => ({
  name,
  variable,
  minimum: '1.30.0',
  versionPattern: /^Kubernetes (v\S+)/m,
  release: kubernetesServerRelease,
  debianPackages: [],
  go: kubernetesBuild(name),
});

/** The programs of a control plane, for tests that apply manifests to a real one. */
export const clusterTools = {
  etcd: {
    name: 'etcd',
    variable: 'ETCD',
    minimum: '3.5.11',
    versionPattern: /^etcd Version: (\S+)/m,
    debianPackages: ['etcd-server'],
    go: {
      module: 'go.etcd.io/etcd/server/v3',
      version: 'v3.6.13',
      program: 'go.etcd.io/etcd/server/v3',
      flags: ['-ldflags=-s -w'],
    },
  },
  'kube-apiserver': fromKubernetes('kube-apiserver', 'KUBE_APISERVER'),
  'kube-controller-manager': fromKubernetes('kube-controller-manager', 'KUBE_CONTROLLER_MANAGER'),
  'kube-scheduler': fromKubernetes('kube-scheduler', 'KUBE_SCHEDULER'),
} as const satisfies Record<string, Tool>;
