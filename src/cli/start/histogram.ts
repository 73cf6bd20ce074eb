/** One bar of a histogram: how many observations were at most `upTo`, all smaller bars included. */
export interface Bucket {
  readonly upTo: number;
  readonly count: number;
}

/**
 * The value below which a share of all observations lies, as Prometheus' `histogram_quantile` has it:
 * evenly spread within its bar; the largest finite bound when it lies beyond. Nothing without observations.
 */
export const quantileOf = (buckets: readonly Bucket[], share: number): number | undefined => {
  const rising = [...buckets].sort((one, other) => one.upTo - other.upTo);
  const total = rising.at(-1)?.count ?? 0;
  if (total === 0) return undefined;
  const wanted = share * total;
  const place = rising.findIndex(({ count }) => count >= wanted);
  const bar = rising[place];
  const below = rising[place - 1] ?? { upTo: 0, count: 0 };
  if (!bar) return undefined;
  if (!Number.isFinite(bar.upTo)) return below.upTo;
  if (bar.count === below.count) return bar.upTo;
  return (
    below.upTo + ((bar.upTo - below.upTo) * (wanted - below.count)) / (bar.count - below.count)
  );
};
