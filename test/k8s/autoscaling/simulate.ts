import { type AutoscalerSpec, HorizontalAutoscaler, type Readings } from './hpa.ts';
import { type ServiceFigures, ServiceModel } from './service-model.ts';

/** A stretch of time and what comes in. */
export interface Load {
  readonly seconds: number;
  /** Events a second, by the second since the beginning. */
  readonly rate: (second: number) => number;
  /** The share of each partition. @default equal ones */
  readonly shares?: readonly number[];
}

/** What an autoscaler may look at. */
export interface Measured {
  readonly lag: number;
  readonly age: number;
  /** Events that came in a second, over the last half minute. */
  readonly arrivals: number;
  readonly replicas: number;
}

export interface Setup {
  readonly figures: ServiceFigures;
  readonly autoscaler: AutoscalerSpec;
  readonly load: Load;
  readonly startWith: number;
  /** What the autoscaler is told: everything as measured, less, or nothing. */
  readonly tell: (measured: Measured, second: number) => Readings;
}

/** What was so at a second. */
export interface Moment {
  readonly second: number;
  readonly wanted: number;
  readonly lag: number;
  readonly age: number;
}

/** One change of the number of replicas. */
export interface Change {
  readonly second: number;
  readonly from: number;
  readonly to: number;
}

export interface Course {
  readonly moments: readonly Moment[];
  readonly changes: readonly Change[];
}

/** How often the controller asks, and how old the figures are by then at most. */
const syncSeconds = 15;
const staleSeconds = 5;
const stepSeconds = 0.25;
const arrivalsOver = 30;

/** Lets an autoscaler, a service and a load run on, second by second. */
export const simulate = ({ figures, autoscaler, load, startWith, tell }: Setup): Course => {
  const hpa = new HorizontalAutoscaler(autoscaler);
  const service = new ServiceModel(figures, startWith);
  const shares = load.shares ?? Array(figures.partitions).fill(1 / figures.partitions);
  const moments: Moment[] = [];
  const changes: Change[] = [];
  const seen: Measured[] = [];
  let wanted = startWith;
  for (let second = 0; second < load.seconds; second++) {
    const events = load.rate(second) * stepSeconds;
    for (let step = 0; step < 1 / stepSeconds; step++) {
      service.step(
        stepSeconds,
        shares.map((share: number) => share * events),
      );
    }
    const { lag, age } = service;
    seen.push({ lag, age, arrivals: meanRate(load, second), replicas: service.current });
    moments.push({ second, wanted, lag, age });
    if (second % syncSeconds !== 0) continue;
    const known = seen[Math.max(0, second - staleSeconds)] as Measured;
    const scale = { wanted, current: service.current, ready: service.ready };
    const verdict = hpa.decide(second, scale, tell(known, second));
    if (verdict.replicas === wanted) continue;
    changes.push({ second, from: wanted, to: verdict.replicas });
    wanted = verdict.replicas;
    service.scaleTo(wanted);
  }
  return { moments, changes };
};

/** The mean of what came in until a second. */
const meanRate = ({ rate }: Load, second: number): number => {
  const from = Math.max(0, second - arrivalsOver + 1);
  let all = 0;
  for (let past = from; past <= second; past++) all += rate(past);
  return all / (second - from + 1);
};

/** Changes whose direction is not that of the one before: what flapping is made of. */
export const turnsIn = ({ changes }: Course): readonly Change[] =>
  changes.filter(({ from, to }, index) => {
    const before = changes[index - 1];
    return before !== undefined && Math.sign(to - from) !== Math.sign(before.to - before.from);
  });
