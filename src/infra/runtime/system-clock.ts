import type { Clock } from '../pipeline/clock.ts';

/** The machine's own time: the only place that asks for it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
