/** A value that grows, as it was read now and then. */
export interface Reading {
  readonly atMicros: number;
  readonly value: number;
}

/** What some processes did in the middle part of a flood. */
export interface MiddlePart {
  readonly eventsPerSecond: number;
  /** CPU time an event, of each series of CPU readings. */
  readonly cpuMicros: readonly number[];
}

/** The warm-up and the tail are left out: as much is under way at its end as at its beginning. */
const middle = { from: 0.25, to: 0.95 };

/**
 * The rate of a flood between a quarter and nineteen twentieths of its events, over all processes.
 *
 * @param counts how many events each process had handled, one series each
 * @param cpus the CPU time that processes had used in microseconds, one series each
 * @throws RangeError when too few events were counted
 */
export const middlePart = (
  events: number,
  counts: readonly (readonly Reading[])[],
  cpus: readonly (readonly Reading[])[],
): MiddlePart => {
  const from = momentOf(counts, middle.from * events);
  const to = momentOf(counts, middle.to * events);
  const measured = (middle.to - middle.from) * events;
  return {
    eventsPerSecond: (measured * 1_000_000) / (to - from),
    cpuMicros: cpus.map((series) => (valueAt(series, to) - valueAt(series, from)) / measured),
  };
};

/** When all series together had reached a number. */
const momentOf = (counts: readonly (readonly Reading[])[], wanted: number): number => {
  const moments = counts.flatMap((series) => series.map(({ atMicros }) => atMicros));
  let before = { atMicros: Number.NaN, value: Number.NaN };
  for (const atMicros of moments.sort((one, other) => one - other)) {
    const value = counts.reduce((sum, series) => sum + valueAt(series, atMicros), 0);
    if (value >= wanted) {
      const share = (wanted - before.value) / (value - before.value);
      return before.value < wanted
        ? before.atMicros + share * (atMicros - before.atMicros)
        : atMicros;
    }
    before = { atMicros, value };
  }
  throw new RangeError(`only ${before.value} of ${wanted} events were counted`);
};

/** The value of a series at a moment, between its readings as if it had grown evenly. */
const valueAt = (series: readonly Reading[], atMicros: number): number => {
  const next = series.findIndex((reading) => reading.atMicros >= atMicros);
  if (next === -1) return series.at(-1)?.value ?? 0;
  const [before, after] = [series[next - 1], series[next]];
  if (!after) return 0;
  if (!before) return after.value;
  const share = (atMicros - before.atMicros) / (after.atMicros - before.atMicros);
  return before.value + share * (after.value - before.value);
};
