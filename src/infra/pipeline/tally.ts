/** How many events of one key, and the sum of the weights of their sequences. */
export interface Count {
  readonly count: number;
  /** Modulo 2^48. */
  readonly sum: number;
}

/** What a tally counts up to a sequence, that one included. */
export interface Mark extends Count {
  readonly sequence: number;
}

/**
 * How many events a record contains, and which, as far as one sum can tell.
 *
 * A record remembers few of its events by name. Whoever holds the events of a key against its record
 * (`npm run verify`) sees by the sum whether one of the others is missing or was applied twice, and
 * which one. Events that have left the stream since are told apart by marks: what lies above a mark
 * is the tally less the mark. Marks get rarer with their age, so that there are never many.
 */
export interface Tally extends Count {
  /** Oldest first. The first says from which sequence on all is counted: 0 when the record always had a tally. */
  readonly marks: readonly Mark[];
  /** The last sequences that were applied after a higher one: out of order. */
  readonly late: readonly number[];
}

const eventsBetweenMarks = 128;
const mostMarks = 16;
const mostLate = 16;
const modulus = 2 ** 48;

export const noEvents: Count = { count: 0, sum: 0 };

/** What is counted after one more event. */
export const plus = ({ count, sum }: Count, sequence: number): Count => ({
  count: count + 1,
  sum: (sum + weightOf(sequence)) % modulus,
});

/** What is counted here and not there. */
export const minus = (one: Count, other: Count): Count => ({
  count: one.count - other.count,
  sum: (one.sum - other.sum + modulus) % modulus,
});

/** A number of 48 bits that no arithmetic connects with its neighbours', so that sums tell sequences apart. */
export const weightOf = (sequence: number): number => {
  const low = mix(sequence >>> 0, Math.floor(sequence / 2 ** 32));
  return (low >>> 8) * 2 ** 24 + (mix(low, 0x9e3779b9) >>> 8);
};

/** The finish of MurmurHash3: each bit of the input turns each bit of the output with even odds. */
const mix = (value: number, seed: number): number => {
  let bits = value ^ seed;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
};

/** The tally after one more event; `position` is the highest sequence applied before it, 0 for none. */
export const tallyAfter = (tally: Tally | undefined, sequence: number, position: number): Tally => {
  // A record of an older version begins to count where it is.
  const before = tally ?? { ...noEvents, late: [], marks: [{ ...noEvents, sequence: position }] };
  const isLate = sequence < position;
  const counted = plus(before, sequence);
  const marks = isLate ? before.marks.map((mark) => including(mark, sequence)) : before.marks;
  return {
    count: counted.count,
    sum: counted.sum,
    late: isLate ? [...before.late.slice(1 - mostLate), sequence] : before.late,
    marks:
      counted.count % eventsBetweenMarks === 0
        ? thinned([...marks, { ...counted, sequence: Math.max(sequence, position) }])
        : marks,
  };
};

const including = (mark: Mark, sequence: number): Mark =>
  mark.sequence < sequence ? mark : { ...plus(mark, sequence), sequence: mark.sequence };

/**
 * One goes when there are too many: the one whose neighbours are closest together for their age.
 *
 * The first stays, because it says where counting began.
 */
const thinned = (marks: readonly Mark[]): readonly Mark[] => {
  if (marks.length <= mostMarks) return marks;
  const counts = marks.map(({ count }) => count);
  const newest = counts.at(-1) ?? 0;
  const spreads = counts.slice(1, -1).map((_, index) => {
    const [older = 0, , younger = 0] = counts.slice(index, index + 3);
    return (younger - older) / (newest - older);
  });
  const least = 1 + spreads.indexOf(Math.min(...spreads));
  return marks.filter((_, index) => index !== least);
};

/** What a tally counts above the lowest of its marks that is not below a sequence, and that mark's. */
export const countedAbove = (tally: Tally, sequence: number): Mark | undefined => {
  const mark = tally.marks.find((candidate) => candidate.sequence >= sequence);
  return mark && { ...minus(tally, mark), sequence: mark.sequence };
};
