/** An official release: one archive a platform, named `<system>-<processor>` as Go does. */
export interface Release {
  readonly version: string;
  readonly archiveUrl: (platform: string) => string;
  /** SHA-256 or SHA-512 of the archives, as the release's own list of checksums has them. */
  readonly checksums: Readonly<Record<string, string>>;
  /** Where in the archive, below its own folder, the program lies. @default that folder */
  readonly programsIn?: string;
}

/** What the Go compiler needs to build a tool. */
export interface GoBuild {
  readonly module: string;
  readonly version: string;
  readonly program: string;
  readonly flags: readonly string[];
  /** Modules that the module itself only finds beside itself: they come in a version of their own. */
  readonly beside?: { readonly version: string; readonly modules: readonly string[] };
}

/** A program that the project runs and does not contain. */
export interface Tool {
  readonly name: string;
  /** What it is called on a PATH where packages install it under another name. */
  readonly alsoNamed?: string;
  /** The environment variable that names the program to use, whatever else there is. */
  readonly variable: string;
  /** The oldest version that will do. */
  readonly minimum: string;
  /** What makes it print its version. @default --version */
  readonly versionCommand?: readonly string[];
  /** Finds the version in what that prints. */
  readonly versionPattern: RegExp;
  /** None where it has no checksum that could be pinned. */
  readonly release?: Release;
  /** The Debian packages that may hold it: the first one that a suite has is taken. */
  readonly debianPackages: readonly string[];
  /** Absent where its module cannot be built from another one. */
  readonly go?: GoBuild;
}

const onGitHub = (project: string, version: string, archive: string): string =>
  `https://github.com/${project}/releases/download/v${version}/${archive}.tar.gz`;

const natsRelease: Release = {
  version: '2.15.0',
  archiveUrl: (platform) =>
    onGitHub('nats-io/nats-server', '2.15.0', `nats-server-v2.15.0-${platform}`),
  checksums: {
    'linux-amd64': '5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92',
    'linux-arm64': 'cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112',
    'darwin-amd64': '5bd8b59ca5bf93fab3da2c5843cf564cd6e2e291e22ae3b861746e7ebe259b95',
    'darwin-arm64': 'e1c4e22d70bd44abfa0bcb3c16f7cf0c66f648c2e728c58924e8a1ce88913cc8',
  },
};

const prometheusRelease: Release = {
  version: '3.14.0',
  archiveUrl: (platform) =>
    onGitHub('prometheus/prometheus', '3.14.0', `prometheus-3.14.0.${platform}`),
  checksums: {
    'linux-amd64': 'f665c6da19eb7ba399c915d30c7d9793c9b417bf8a749b504bc470678631478d',
    'linux-arm64': '077f3781ab7245dc04c9a3c9b78ba120fc8e41aa0dc97489b0af67247e50ba83',
    'darwin-amd64': 'a14307b9726e66cadb81be9a544732623af26dabeb7702c987aa9c3c062ada34',
    'darwin-arm64': 'a9623f7f4fe65b1b171b423c1a72bbf23dfdf41a171dcb33e7dd302af80dc01c',
  },
};

const alertmanagerRelease: Release = {
  version: '0.34.0',
  archiveUrl: (platform) =>
    onGitHub('prometheus/alertmanager', '0.34.0', `alertmanager-0.34.0.${platform}`),
  checksums: {
    'linux-amd64': '19c75a11d8c03dc4ade7abdbddfb3a8f28c9e7b000d0849cda0cd71dffd74a03',
    'linux-arm64': 'a96ef16598ddc58e84d28167b3352b30e3205698d76c56ef467e4504d7664da4',
    'darwin-amd64': '2c76c6bb30f030296cbfbf803bfd99494987197fcb8743f73ef5f351d568ce97',
    'darwin-arm64': '0cb31efe439c58ab77594b62a28f9de95f2d08beccf0f11eba4b822b2f549b82',
  },
};

const kubernetesRelease: Release = {
  version: '1.34.7',
  archiveUrl: (platform) => `https://dl.k8s.io/v1.34.7/kubernetes-client-${platform}.tar.gz`,
  checksums: {
    'linux-amd64':
      'a9de2b5a5b71a5d52b712940a268f643fb57edc25889f4e7fd52b04aadc56c2ae06c2e002c3f40cbb10dc1c4e459dce84f62879f12517c27ec53b4b71b2f871d',
    'linux-arm64':
      'd5bf70f3a075a0c3444a870af6e0f2883923800d879830d1046c392a2964968db780eed6cb12692acdeca9c91ee284e48821b4b02b8119a3d710644fe34f9260',
    'darwin-amd64':
      '5b2e7a2d0d0548176196c2a4a040a72bedb3e180a64aed245aabfd7e94589cba2e445aa6518262e6f94192ee22ef9ea127c505b9135668c760e4f7867c2427f9',
    'darwin-arm64':
      '05b213d1c25d4d2cb930da2f311e4e06e2b5169487f994d9c45416c8e10fbfeba0196eab417abe1580b3124c050bc57cfd205fd6ca688d4b559a52d2f9fc2871',
  },
  programsIn: 'client/bin',
};

// Built from source, these do not know their own version unless the linker writes it in.
const versioned = (version: string): string =>
  `-ldflags=-s -w -X github.com/prometheus/common/version.Version=${version}`;

// Every cloud's service discovery would be a gigabyte of modules; ours asks Kubernetes and DNS.
const discovery = '-tags=remove_all_sd,enable_kubernetes_sd,enable_dns_sd';

// The module of Prometheus 3.14.0 carries the tag v0.314.0.
const prometheusBuild = (program: string): GoBuild => ({
  module: 'github.com/prometheus/prometheus',
  version: 'v0.314.0',
  program: `github.com/prometheus/prometheus/cmd/${program}`,
  flags: [discovery, versioned('3.14.0')],
});

/** The tools that the project knows how to get. */
export const tools = {
  'nats-server': {
    name: 'nats-server',
    variable: 'NATS_SERVER',
    minimum: '2.14.3',
    versionPattern: /^nats-server: (v\S+)/m,
    release: natsRelease,
    debianPackages: ['nats-server'],
    go: {
      module: 'github.com/nats-io/nats-server/v2',
      version: 'v2.15.0',
      program: 'github.com/nats-io/nats-server/v2',
      flags: ['-ldflags=-s -w'],
    },
  },
  prometheus: {
    name: 'prometheus',
    variable: 'PROMETHEUS',
    minimum: '2.42.0',
    versionPattern: /^prometheus, version (\S+)/m,
    release: prometheusRelease,
    debianPackages: ['prometheus'],
    go: prometheusBuild('prometheus'),
  },
  promtool: {
    name: 'promtool',
    variable: 'PROMTOOL',
    minimum: '2.42.0',
    versionPattern: /^promtool, version (\S+)/m,
    release: prometheusRelease,
    debianPackages: ['promtool', 'prometheus'],
    go: prometheusBuild('promtool'),
  },
  alertmanager: {
    name: 'alertmanager',
    alsoNamed: 'prometheus-alertmanager',
    variable: 'ALERTMANAGER',
    minimum: '0.25.0',
    versionPattern: /^alertmanager, version (\S+)/m,
    release: alertmanagerRelease,
    // Debian's reads templates from where its package installs them, and the module lacks its pages.
    debianPackages: [],
  },
  amtool: {
    name: 'amtool',
    variable: 'AMTOOL',
    minimum: '0.25.0',
    versionPattern: /^amtool, version (\S+)/m,
    release: alertmanagerRelease,
    debianPackages: ['prometheus-alertmanager'],
    go: {
      module: 'github.com/prometheus/alertmanager',
      version: 'v0.34.0',
      program: 'github.com/prometheus/alertmanager/cmd/amtool',
      flags: [versioned('0.34.0')],
    },
  },
  kubectl: {
    name: 'kubectl',
    variable: 'KUBECTL',
    // The oldest whose Kustomize puts labels into templates and not into selectors.
    minimum: '1.28.0',
    versionCommand: ['version', '--client'],
    versionPattern: /^Client Version: (v[0-9.]+)/m,
    release: kubernetesRelease,
    debianPackages: ['kubectl', 'kubernetes-client'],
  },
} as const satisfies Record<string, Tool>;

/** Every name of a tool's program, its own first. */
export const namesOf = ({ name, alsoNamed }: Tool): readonly string[] =>
  alsoNamed === undefined ? [name] : [name, alsoNamed];

/** The other tools that come in the same release as this one. */
export const releasedWith = (tool: Tool): readonly Tool[] =>
  Object.values<Tool>(tools).filter(
    (other) =>
      other.name !== tool.name && other.release !== undefined && other.release === tool.release,
  );
