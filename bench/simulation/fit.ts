import { eventsPerSecond, type System } from './system.ts';

/** A wait that is longer than any batch takes. */
const longestMicros = 1_000_000;
const steps = 40;

/**
 * The system whose batches wait so long that it is as fast as what was measured.
 *
 * One that is slower without any wait is returned without: processors alone explain it, and its
 * error is what the model misses.
 */
export const fitBatchWait = (system: Omit<System, 'batchMicros'>, measured: number): System => {
  const withWait = (batchMicros: number): System => ({ ...system, batchMicros });
  let [low, high] = [0, longestMicros];
  if (eventsPerSecond(withWait(0)) <= measured) return withWait(0);
  for (let step = 0; step < steps; step++) {
    const middle = (low + high) / 2;
    if (eventsPerSecond(withWait(middle)) > measured) low = middle;
    else high = middle;
  }
  return withWait((low + high) / 2);
};

/** What batches cost: so much each, and so much more for every event in it. */
export interface BatchCost {
  readonly batchMicros: number;
  readonly eventMicros: number;
}

/** One closed loop of so many events in a batch, and how often a second all of them are done. */
export interface BatchPoint {
  readonly inFlight: number;
  readonly perSecond: number;
}

/** The line through two points: how long a round of each takes, by its size. */
export const fitBatchCost = (small: BatchPoint, large: BatchPoint): BatchCost => {
  const micros = ({ inFlight, perSecond }: BatchPoint): number =>
    (inFlight * 1_000_000) / perSecond;
  const slope = (micros(large) - micros(small)) / (large.inFlight - small.inFlight);
  const eventMicros = Math.max(0, slope);
  return { eventMicros, batchMicros: Math.max(0, micros(small) - eventMicros * small.inFlight) };
};
