/** One metric of an autoscaler: what it asks for, and how much of it is right. */
export interface MetricSpec {
  readonly name: string;
  /** `AverageValue`: so much for each replica. `Value`: so much altogether, in relation to ready replicas. */
  readonly type: 'AverageValue' | 'Value';
  readonly target: number;
}

/** How far the number of replicas may change within a time. */
export interface Policy {
  readonly type: 'Pods' | 'Percent';
  readonly value: number;
  readonly periodSeconds: number;
}

/** The rules of one direction, with every default filled in. */
export interface ScalingRules {
  readonly stabilizationWindowSeconds: number;
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly Policy[];
  /** @default 0.1 */
  readonly tolerance?: number;
}

/** A HorizontalPodAutoscaler of `autoscaling/v2` with external metrics and a behaviour. */
export interface AutoscalerSpec {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metrics: readonly MetricSpec[];
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
}

/** What the autoscaler sees of what it scales. */
export interface Scale {
  /** What was asked for: `spec.replicas`. */
  readonly wanted: number;
  /** Pods that there are: `status.replicas`. */
  readonly current: number;
  /** Pods among them that are ready. */
  readonly ready: number;
}

/** The value of each metric by its name; undefined when it cannot be had. */
export type Readings = Readonly<Record<string, number | undefined>>;

/** What the autoscaler does at one of its rounds. */
export type Verdict =
  | { readonly kind: 'scaled'; readonly replicas: number; readonly proposed: number }
  | { readonly kind: 'kept'; readonly replicas: number; readonly proposed: number }
  /** Metrics are missing: it does nothing. */
  | { readonly kind: 'blind'; readonly replicas: number };

interface Stamped {
  readonly at: number;
  readonly replicas: number;
}

const usualTolerance = 0.1;
const milli = (value: number): number => Math.round(value * 1000);

/**
 * The decisions of the horizontal pod autoscaler of Kubernetes 1.34, step for step: proposals by
 * metric with their tolerance, what missing metrics forbid, both stabilisation windows, policies over
 * their periods, bounds. Its controller asks every 15 s (`--horizontal-pod-autoscaler-sync-period`).
 *
 * Left out is what external metrics never meet: pods' own metrics and their start-up time.
 */
export class HorizontalAutoscaler {
  readonly #spec: AutoscalerSpec;
  #recommendations: Stamped[] | undefined;
  #additions: Stamped[] = [];
  #removals: Stamped[] = [];

  constructor(spec: AutoscalerSpec) {
    this.#spec = spec;
  }

  /** One round. @param now seconds, on any clock that only goes forward */
  decide(now: number, scale: Scale, readings: Readings): Verdict {
    const { minReplicas, maxReplicas } = this.#spec;
    const { wanted } = scale;
    this.#recommendations ??= [{ at: now, replicas: wanted }];
    // At zero nobody is asked: what was switched off stays off.
    if (wanted === 0 && minReplicas !== 0) return { kind: 'kept', replicas: 0, proposed: 0 };
    if (wanted > maxReplicas) return this.#rescale(now, wanted, maxReplicas, maxReplicas);
    if (wanted < minReplicas) return this.#rescale(now, wanted, minReplicas, minReplicas);
    const proposed = proposalOf(this.#spec, scale, readings);
    if (proposed === undefined) return { kind: 'blind', replicas: wanted };
    const stable = this.#stabilise(now, wanted, proposed);
    const allowed = this.#limit(now, wanted, stable);
    if (allowed === wanted) return { kind: 'kept', replicas: wanted, proposed };
    return this.#rescale(now, wanted, allowed, proposed);
  }

  #rescale(now: number, from: number, to: number, proposed: number): Verdict {
    const change = { at: now, replicas: Math.abs(to - from) };
    if (to > from) this.#additions = [...this.#additions, change];
    else this.#removals = [...this.#removals, change];
    return { kind: 'scaled', replicas: to, proposed };
  }

  /** Up to the least, down to the most, of what was recommended within the window of the direction. */
  #stabilise(now: number, wanted: number, proposed: number): number {
    const within = (seconds: number): number[] =>
      (this.#recommendations ?? [])
        .filter(({ at }) => at > now - seconds)
        .map(({ replicas }) => replicas);
    const up = this.#spec.scaleUp.stabilizationWindowSeconds;
    const down = this.#spec.scaleDown.stabilizationWindowSeconds;
    const least = Math.min(proposed, ...within(up));
    const most = Math.max(proposed, ...within(down));
    const oldest = now - Math.max(up, down);
    const kept = (this.#recommendations ?? []).filter(({ at }) => at >= oldest);
    this.#recommendations = [...kept, { at: now, replicas: proposed }];
    return Math.min(Math.max(wanted, least), most);
  }

  #limit(now: number, wanted: number, stable: number): number {
    const { minReplicas, maxReplicas, scaleUp, scaleDown } = this.#spec;
    if (stable > wanted) {
      const limit = Math.max(wanted, this.#reach(now, wanted, scaleUp, 1));
      return Math.min(stable, maxReplicas, limit);
    }
    if (stable < wanted) {
      const limit = Math.min(wanted, this.#reach(now, wanted, scaleDown, -1));
      return Math.max(stable, minReplicas, limit);
    }
    return stable;
  }

  /** How far the policies of a direction let the number go, counted from where their periods began. */
  #reach(now: number, wanted: number, rules: ScalingRules, sign: 1 | -1): number {
    if (rules.selectPolicy === 'Disabled') return wanted;
    const reached = rules.policies.map(({ type, value, periodSeconds }) => {
      const changed = (changes: readonly Stamped[]): number =>
        changes.reduce(
          (sum, { at, replicas }) => (at > now - periodSeconds ? sum + replicas : sum),
          0,
        );
      const start = wanted - changed(this.#additions) + changed(this.#removals);
      if (type === 'Pods') return start + sign * value;
      // Rounded away from where it began, so that a small number of replicas can change at all.
      return sign > 0
        ? Math.ceil(start * (1 + value / 100))
        : Math.trunc(start * (1 - value / 100));
    });
    // `Max` is the largest change, whatever its direction.
    const isFar = rules.selectPolicy === 'Max';
    return isFar === sign > 0 ? Math.max(...reached) : Math.min(...reached);
  }
}

/**
 * The largest proposal of all metrics. Undefined when none can be had, or when one is missing and the
 * others would scale down: it could be the one that forbids it.
 */
const proposalOf = (spec: AutoscalerSpec, scale: Scale, readings: Readings): number | undefined => {
  const proposals = spec.metrics.map((metric) => {
    const value = readings[metric.name];
    return value === undefined ? undefined : proposalFor(spec, metric, milli(value), scale);
  });
  const known = proposals.filter((proposal) => proposal !== undefined);
  if (known.length === 0) return undefined;
  const most = Math.max(...known);
  return known.length < proposals.length && most < scale.wanted ? undefined : most;
};

const proposalFor = (
  spec: AutoscalerSpec,
  { type, target }: MetricSpec,
  value: number,
  { wanted, current, ready }: Scale,
): number => {
  if (type === 'AverageValue') {
    const ratio = value / (milli(target) * current);
    return isClose(spec, ratio) ? current : Math.ceil(value / milli(target));
  }
  const ratio = value / milli(target);
  if (wanted === 0) return Math.ceil(ratio);
  return isClose(spec, ratio) ? wanted : Math.ceil(ratio * ready);
};

const isClose = ({ scaleUp, scaleDown }: AutoscalerSpec, ratio: number): boolean =>
  ratio >= 1 - (scaleDown.tolerance ?? usualTolerance) &&
  ratio <= 1 + (scaleUp.tolerance ?? usualTolerance);
