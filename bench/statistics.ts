/** The middle of some numbers, and their ends. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The spread of some numbers. @throws RangeError for none */
export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((one, other) => one - other);
  const [least] = sorted;
  const most = sorted.at(-1);
  const low = sorted[(sorted.length - 1) >> 1];
  const high = sorted[sorted.length >> 1];
  if (least === undefined || most === undefined || low === undefined || high === undefined) {
    throw new RangeError('no values');
  }
  return { median: (low + high) / 2, least, most };
};

/** The ratios of values to those of the same round. */
export const pairedRatios = (values: readonly number[], bases: readonly number[]): number[] =>
  values.map((value, round) => value / (bases[round] ?? Number.NaN));

/** The same things in another order each round, so that none always comes first. */
export const rotated = <Item>(items: readonly Item[], by: number): Item[] => {
  const from = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(from), ...items.slice(0, from)];
};
