import type { Clock } from '../pipeline/clock.ts';

/** Node.js takes a longer timer for one of a millisecond; whoever is woken early waits again. */
const longestMs = 2 ** 31 - 1;

/** The machine's own time: the only place that asks for it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(ms, longestMs));
    return () => clearTimeout(timer);
  },
};
