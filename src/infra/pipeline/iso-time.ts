import type { Clock } from './clock.ts';

/** Says what time it is (RFC 3339, in UTC); text is made once a millisecond, in which many events are decided. */
export const isoTimes = (clock: Clock): (() => string) => {
  let at = Number.NaN;
  let text = '';
  return () => {
    const now = clock.now();
    if (now !== at) [at, text] = [now, new Date(now).toISOString()];
    return text;
  };
};
