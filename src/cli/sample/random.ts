/** Chance that is the same every time: what a seed begins, it always ends the same way. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** Mulberry32: 32 bits of state, whole-number arithmetic only, so alike on every machine. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const between = (least: number, most: number): number =>
    least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError('nothing to pick from');
      return list[between(0, list.length - 1)] as T;
    },
  };
};

/**
 * Draws ranks 0 to count − 1 as shops see them: the n-th most popular is taken about 1/n as often.
 *
 * `flatness` is added to each rank; the larger it is, the smaller the lead of the first few.
 */
export const popularity = (count: number, flatness: number): ((random: Random) => number) => {
  const upTo: number[] = [];
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += 1 / (rank + 1 + flatness);
    upTo.push(sum);
  }
  return (random) => {
    const drawn = random.next() * sum;
    const rank = upTo.findIndex((limit) => drawn < limit);
    return rank === -1 ? count - 1 : rank;
  };
};

/** The list in another order. */
export const shuffled = <T>(list: readonly T[], random: Random): T[] => {
  const order = list.map((item) => ({ item, at: random.next() }));
  return order.sort((one, other) => one.at - other.at).map(({ item }) => item);
};
