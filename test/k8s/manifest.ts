export type Labels = Readonly<Record<string, string>>;

/** What a probe asks. */
export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string | number };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

/** The rights of a pod or of a container. */
export interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly fsGroup?: number;
  readonly procMount?: string;
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
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: Readonly<Record<string, unknown>>;
  }[];
  readonly envFrom?: readonly {
    readonly configMapRef?: { readonly name: string };
    readonly secretRef?: unknown;
  }[];
  readonly ports: readonly {
    readonly name: string;
    readonly containerPort: number;
    readonly hostPort?: number;
  }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly lifecycle?: {
    readonly preStop?: {
      readonly sleep?: { readonly seconds: number };
      readonly exec?: { readonly command: readonly string[] };
    };
  };
  readonly resources: {
    readonly requests: Labels;
    readonly limits: Labels;
  };
  readonly securityContext?: SecurityContext;
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

/** A folder of a pod. */
export interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: {
    readonly secretName: string;
    readonly optional?: boolean;
    readonly defaultMode?: number;
  };
  readonly emptyDir?: { readonly sizeLimit?: string };
  readonly projected?: {
    readonly defaultMode?: number;
    readonly sources: readonly {
      readonly configMap?: { readonly name: string };
      readonly secret?: { readonly name: string };
    }[];
  };
}

/** What a pod is made of. */
export interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly priorityClassName?: string;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext?: SecurityContext;
  readonly topologySpreadConstraints?: readonly {
    readonly topologyKey: string;
    readonly whenUnsatisfiable: string;
    readonly labelSelector: { readonly matchLabels: Labels };
  }[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
}

/** A Deployment or a StatefulSet. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    /** Absent where an autoscaler says it. */
    readonly replicas?: number;
    readonly serviceName?: string;
    readonly strategy?: {
      readonly type: string;
      readonly rollingUpdate?: { readonly maxUnavailable?: number | string };
    };
    readonly updateStrategy?: { readonly type: string };
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
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
  };
  readonly automountServiceAccountToken?: boolean;
  readonly data?: Labels;
  readonly spec?: unknown;
}

/** A name for the pods of a workload. */
export interface Service extends Manifest {
  readonly kind: 'Service';
  readonly spec: {
    readonly clusterIP?: string;
    readonly selector: Labels;
    readonly ports: readonly { readonly port: number; readonly targetPort: string | number }[];
  };
}

/** How many pods of a workload may be away at a time. */
export interface DisruptionBudget extends Manifest {
  readonly kind: 'PodDisruptionBudget';
  readonly spec: {
    readonly selector: { readonly matchLabels: Labels };
    readonly maxUnavailable?: number | string;
    readonly unhealthyPodEvictionPolicy?: string;
  };
}

/** The objects of one kind, by their own shape, which schema.ts checks. */
export const ofKind = <Shape extends Manifest>(
  manifests: readonly Manifest[],
  kind: Shape['kind'],
): readonly Shape[] => manifests.filter((one): one is Shape => one.kind === kind);

/** The workloads among objects. */
export const workloadsIn = (manifests: readonly Manifest[]): readonly Workload[] =>
  manifests.filter(
    (manifest): manifest is Manifest & Workload =>
      manifest.kind === 'Deployment' || manifest.kind === 'StatefulSet',
  );

const labelOf = ({ spec }: Workload, name: string): string =>
  spec.template.metadata.labels[`app.kubernetes.io/${name}`] ?? '';

/** What a workload is: `worker`, `gateway`, `observer`, `broker`, `monitoring`. */
export const componentOf = (workload: Workload): string => labelOf(workload, 'component');

/** The workers among the workloads. */
export const workersIn = (manifests: readonly Manifest[]): readonly Workload[] =>
  workloadsIn(manifests).filter((workload) => componentOf(workload) === 'worker');

/** The processes of Millrace: workers, gateway and observer. */
export const processesIn = (manifests: readonly Manifest[]): readonly Workload[] =>
  workloadsIn(manifests).filter((workload) =>
    ['worker', 'gateway', 'observer'].includes(componentOf(workload)),
  );

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
    ({ configMapRef }) => findIn(manifests, 'ConfigMap', configMapRef?.name ?? '')?.data ?? {},
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
