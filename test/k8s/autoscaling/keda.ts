import type { AutoscalerSpec, MetricSpec, Policy, ScalingRules } from './hpa.ts';

interface Trigger {
  readonly type: string;
  readonly name?: string;
  readonly metricType?: 'AverageValue' | 'Value';
  readonly metadata: Readonly<Record<string, string>>;
}

interface Rules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: 'Max' | 'Min' | 'Disabled';
  readonly policies?: readonly Policy[];
}

/** A ScaledObject, as far as it decides about numbers. */
export interface ScaledObject {
  readonly spec: {
    readonly minReplicaCount?: number;
    readonly maxReplicaCount?: number;
    readonly fallback?: Fallback;
    readonly advanced?: {
      readonly horizontalPodAutoscalerConfig?: {
        readonly behavior?: { readonly scaleUp?: Rules; readonly scaleDown?: Rules };
      };
    };
    readonly triggers: readonly Trigger[];
  };
}

interface Fallback {
  readonly failureThreshold: number;
  readonly replicas: number;
  readonly behavior?:
    | 'static'
    | 'currentReplicas'
    | 'currentReplicasIfHigher'
    | 'currentReplicasIfLower';
}

/** What the API server fills in where a behaviour leaves something out. */
const usual = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Percent', value: 100, periodSeconds: 15 },
      { type: 'Pods', value: 4, periodSeconds: 15 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  },
} as const satisfies Record<string, ScalingRules>;

/** The autoscaler that KEDA makes of a ScaledObject: one external metric for each of its triggers. */
export const autoscalerOf = ({ spec }: ScaledObject): AutoscalerSpec => {
  const behavior = spec.advanced?.horizontalPodAutoscalerConfig?.behavior;
  return {
    // One at least: from none to one is KEDA's own step.
    minReplicas: Math.max(1, spec.minReplicaCount ?? 1),
    maxReplicas: spec.maxReplicaCount ?? 100,
    metrics: spec.triggers.map(metricOf),
    scaleUp: { ...usual.scaleUp, ...behavior?.scaleUp },
    scaleDown: { ...usual.scaleDown, ...behavior?.scaleDown },
  };
};

const metricOf = (trigger: Trigger, index: number): MetricSpec => {
  const { metadata, metricType = 'AverageValue' } = trigger;
  const target = Number(metadata['targetValue'] ?? metadata['threshold']);
  if (!(target > 0)) throw new Error(`trigger ${index} has no target`);
  return { name: metricName(trigger, index), type: metricType, target };
};

/** Where the value of a trigger lies in what it is given: its place in a JSON text, or its query. */
const metricName = ({ metadata }: Trigger, index: number): string =>
  metadata['valueLocation'] ?? metadata['query'] ?? `s${index}`;

/**
 * What KEDA tells the autoscaler of a metric: the value, or after too many failures in a row one that
 * makes it ask for the replicas of the fallback.
 */
export class KedaMetric {
  readonly #target: number;
  readonly #fallback: Fallback | undefined;
  #failures = 0;

  constructor({ target }: MetricSpec, fallback: Fallback | undefined) {
    this.#target = target;
    this.#fallback = fallback;
  }

  read(value: number | undefined, currentReplicas: number): number | undefined {
    if (value !== undefined) {
      this.#failures = 0;
      return value;
    }
    this.#failures += 1;
    if (!this.#fallback || this.#failures <= this.#fallback.failureThreshold) return undefined;
    return this.#target * fallbackReplicas(this.#fallback, currentReplicas);
  }
}

const fallbackReplicas = ({ replicas, behavior = 'static' }: Fallback, current: number): number => {
  if (behavior === 'currentReplicas') return current;
  if (behavior === 'currentReplicasIfHigher') return Math.max(current, replicas);
  if (behavior === 'currentReplicasIfLower') return Math.min(current, replicas);
  return replicas;
};
