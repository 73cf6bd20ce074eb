import { setTimeout as sleep } from 'node:timers/promises';
import { type AutoscalerSpec, HorizontalAutoscaler, type Readings } from './hpa.ts';
import type { Change, Course, Moment } from './simulate.ts';

/** Workers, as many as are wanted: what a Deployment is to its autoscaler. */
export interface Fleet {
  readonly current: number;
  ready(): Promise<number>;
  scaleTo(replicas: number): void;
}

/** An autoscaler at work on real workers. */
export interface LiveControl {
  readonly autoscaler: AutoscalerSpec;
  readonly fleet: Fleet;
  /** Where an observer answers for the service: `…/lag/cart`. */
  readonly lagUrl: string;
  /** Seconds of the autoscaler in a second of ours: its windows and periods pass that much faster. */
  readonly pace: number;
}

/** What the observer says, as far as it is asked. */
interface LagDocument {
  readonly waitingEvents: number;
  readonly oldestWaitingSeconds: number;
  readonly arrivalsPerSecond: number | null;
}

const syncSeconds = 15;

/** Asks and scales, as the controller of a cluster does, until it is told to end. Times are ours. */
export const controlUntil = async (
  { autoscaler, fleet, lagUrl, pace }: LiveControl,
  isOver: () => boolean,
): Promise<Course> => {
  const hpa = new HorizontalAutoscaler(autoscaler);
  const moments: Moment[] = [];
  const changes: Change[] = [];
  const begun = performance.now();
  let wanted = fleet.current;
  for (let round = 0; !isOver(); round++) {
    const second = (performance.now() - begun) / 1000;
    const readings = await readingsAt(lagUrl);
    const scale = { wanted, current: fleet.current, ready: await fleet.ready() };
    const { replicas } = hpa.decide(second * pace, scale, readings);
    const { waitingEvents: lag = Number.NaN, oldestWaitingSeconds: age = Number.NaN } = readings;
    moments.push({ second, wanted, lag, age });
    if (replicas !== wanted) {
      changes.push({ second, from: wanted, to: replicas });
      fleet.scaleTo(replicas);
      wanted = replicas;
    }
    const next = ((round + 1) * syncSeconds) / pace;
    await sleep(Math.max(0, begun + next * 1000 - performance.now()));
  }
  return { moments, changes };
};

/** What cannot be had is missing, as KEDA reports it. */
const readingsAt = async (url: string): Promise<Readings> => {
  try {
    const answer = await fetch(url);
    if (answer.status !== 200) return {};
    // The observer's own words, held together by its tests.
    const document = (await answer.json()) as LagDocument;
    const { waitingEvents, oldestWaitingSeconds, arrivalsPerSecond } = document;
    return {
      waitingEvents,
      oldestWaitingSeconds,
      arrivalsPerSecond: arrivalsPerSecond ?? undefined,
    };
  } catch {
    return {};
  }
};
