/** The middle of some times and nearly the worst of them, without the first quarter, which warms up; null for none. */
export const latenciesOf = (times: readonly number[] | undefined) => {
  const sorted = (times ?? []).slice((times ?? []).length >> 2).sort((one, other) => one - other);
  const at = (share: number): number | undefined => sorted[Math.floor(share * sorted.length)];
  const [p50, p99] = [at(0.5), at(0.99)];
  return p50 === undefined || p99 === undefined ? null : { p50, p99 };
};
