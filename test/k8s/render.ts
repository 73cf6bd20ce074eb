import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { parseAllDocuments } from 'yaml';

type Labels = Readonly<Record<string, string>>;

/** What a probe asks. */
export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string | number };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { readonly type: string };
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly privileged?: boolean;
  readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
}

/** One container, as far as it is looked at here. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
  readonly resources: {
    readonly requests: Labels;
    readonly limits: Labels;
  };
  readonly securityContext?: SecurityContext;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string; readonly optional?: boolean };
  readonly emptyDir?: { readonly sizeLimit?: string };
  readonly hostPath?: unknown;
}

/** What a pod is made of. */
export interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly hostNetwork?: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext?: SecurityContext;
  readonly topologySpreadConstraints?: readonly {
    readonly labelSelector: { readonly matchLabels: Labels };
  }[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
}

/** A Deployment or a StatefulSet. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly replicas: number;
    readonly serviceName?: string;
    readonly selector: { readonly matchLabels: Labels };
    readonly template: {
      readonly metadata: { readonly labels: Labels; readonly annotations?: Labels };
      readonly spec: PodSpec;
    };
    readonly volumeClaimTemplates?: readonly {
      readonly metadata: { readonly name: string };
      readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } };
    }[];
  };
}

/** Any object, as far as all are looked at alike. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Labels;
  };
  readonly automountServiceAccountToken?: boolean;
  readonly data?: Labels;
  readonly spec?: {
    readonly clusterIP?: string;
    readonly selector?: Labels & { readonly matchLabels?: Labels };
    readonly ports?: readonly { readonly port: number; readonly targetPort: string | number }[];
  };
}

const base = join(import.meta.dirname, '../../k8s/base');

const kustomize = (folder: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const program = process.env['KUBECTL'] ?? 'kubectl';
    execFile(program, ['kustomize', folder], (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
  });

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

let rendered: Promise<string> | undefined;

/** What `kubectl apply -k k8s/base` would apply. Without kubectl the test is skipped, or in CI fails. */
export const renderBase = async (context: TestContext): Promise<readonly Manifest[]> => {
  rendered ??= kustomize(base);
  try {
    // The shapes are as far as the API server goes; what matters here is compared below.
    return parseAllDocuments(await rendered).map((document) => document.toJS() as Manifest);
  } catch (error) {
    if (!isMissing(error) || process.env['CI']) throw error;
    const reason = 'there is no kubectl';
    process.stderr.write(`skipped "${context.task.name}": ${reason}\n`);
    return context.skip(reason);
  }
};

/** The workloads among objects. */
export const workloadsIn = (manifests: readonly Manifest[]): readonly Workload[] =>
  manifests.filter(
    (manifest): manifest is Manifest & Workload =>
      manifest.kind === 'Deployment' || manifest.kind === 'StatefulSet',
  );

/** The processes of Millrace: all workloads but the broker. */
export const processesIn = (manifests: readonly Manifest[]): readonly Workload[] =>
  workloadsIn(manifests).filter(({ kind }) => kind === 'Deployment');

/** The one container of a workload. */
export const containerOf = ({ spec }: Workload): Container => {
  const [container, ...others] = spec.template.spec.containers;
  if (!container || others.length > 0) throw new Error('one container a pod is what is written');
  return container;
};

/** The object of a kind and name. */
export const findIn = (
  manifests: readonly Manifest[],
  kind: string,
  name: string,
): Manifest | undefined =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);

/** The environment that a workload's container gets. */
export const environmentOf = (
  manifests: readonly Manifest[],
  workload: Workload,
): Readonly<Record<string, string>> => {
  const container = containerOf(workload);
  const fromMaps = (container.envFrom ?? []).map(
    ({ configMapRef }) => findIn(manifests, 'ConfigMap', configMapRef.name)?.data ?? {},
  );
  const own = (container.env ?? []).map(({ name, value }) => [name, value ?? '']);
  return Object.assign({}, ...fromMaps, Object.fromEntries(own));
};

const factors = {
  '': 1,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  KB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
};

/** A quantity in bytes: Kubernetes' 512Mi, and nats-server's 8GB, which means the same as 8Gi. */
export const bytes = (quantity: string): number => {
  const [, number, unit] = /^(\d+)(\w*)$/.exec(quantity) ?? [];
  const factor = factors[unit as keyof typeof factors];
  if (number === undefined || factor === undefined) throw new Error(`${quantity} is no size`);
  return Number(number) * factor;
};
