import { spreadOf } from '../statistics.ts';

/** What a worker had in memory after so many events, in bytes, garbage collected. */
export interface MemorySample {
  readonly events: number;
  readonly heapUsed: number;
  readonly rss: number;
  readonly external: number;
}

/**
 * How much more there is in the last quarter of the samples than in the second, as a share.
 *
 * The first quarter fills caches and compiles; medians, because one sample may come within a burst.
 *
 * @throws RangeError for fewer than eight samples
 */
export const growth = (samples: readonly MemorySample[], of: 'heapUsed' | 'rss'): number => {
  if (samples.length < 8) throw new RangeError(`${samples.length} samples say nothing`);
  const quarter = Math.floor(samples.length / 4);
  const middle = (part: readonly MemorySample[]) => spreadOf(part.map((one) => one[of])).median;
  return middle(samples.slice(-quarter)) / middle(samples.slice(quarter, 2 * quarter)) - 1;
};
