import { type Count, weightOf } from '../../infra/pipeline/tally.ts';
import type { Entry } from './entry.ts';

/** The events of a key, by how they can be in its tally. */
export interface Suspects {
  /** Should be in it. */
  readonly counted: readonly Entry[];
  /** Those of them that nothing but the tally shows. */
  readonly silent: readonly Entry[];
  /** Need not be in it, but may. */
  readonly others: readonly Entry[];
}

/** What makes the difference between events and their tally. */
export interface Explanation {
  /** It accounts for all of them; false when more are missing than can be named. */
  readonly isComplete: boolean;
  readonly missing: readonly Entry[];
  readonly doubled: readonly Entry[];
  /** So many are missing that cannot be named. */
  readonly unnamed: number;
}

const modulus = 2 ** 48;
const complete = { isComplete: true, missing: [], doubled: [], unnamed: 0 } as const;

/**
 * Says which events make the difference between what should be in a tally and what is.
 *
 * A weight has 48 bits, so one that fits by chance is out of the question; of pairs among 100,000
 * events one in 50,000 differences would. Nothing when the tally counts events that are not there:
 * they have left the stream, and nothing can be said.
 */
export const explain = (difference: Count, suspects: Suspects): Explanation | undefined => {
  const { counted, silent, others } = suspects;
  const { count, sum } = difference;
  if (count === 0 && sum === 0) return complete;
  if (count === 0) return exchanged(sum, suspects);
  const missing = count > 0 ? summingUp(difference, counted) : undefined;
  if (missing) return { ...complete, missing };
  if (count === silent.length && sum === sumOf(silent)) return { ...complete, missing: silent };
  if (count > 0) return { ...complete, isComplete: false, unnamed: count };
  const more = { count: -count, sum: (modulus - sum) % modulus };
  if (summingUp(more, others)) return complete;
  const doubled = summingUp(more, counted);
  return doubled && { ...complete, doubled };
};

/** One is missing and another one counts in its place: twice, or under its own id's other sequence. */
const exchanged = (sum: number, { counted, others }: Suspects): Explanation | undefined => {
  const wanted = byWeight([...counted, ...others]);
  for (const missing of counted) {
    const instead = wanted.get((weightOf(missing.sequence) - sum + modulus) % modulus);
    if (!instead) continue;
    if (instead.id === missing.id) return complete;
    const isOther = others.includes(instead);
    return { ...complete, missing: [missing], doubled: isOther ? [] : [instead] };
  }
  return undefined;
};

/** One or two events with this sum. */
const summingUp = (
  { count, sum }: Count,
  among: readonly Entry[],
): readonly Entry[] | undefined => {
  if (count > 2) return undefined;
  const byTheirs = byWeight(among);
  if (count === 1) {
    const one = byTheirs.get(sum);
    return one && [one];
  }
  for (const one of among) {
    const other = byTheirs.get((sum - weightOf(one.sequence) + modulus) % modulus);
    if (other && other !== one) return [one, other];
  }
  return undefined;
};

const byWeight = (entries: readonly Entry[]): ReadonlyMap<number, Entry> =>
  new Map(entries.map((entry) => [weightOf(entry.sequence), entry]));

const sumOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { sequence }) => (sum + weightOf(sequence)) % modulus, 0);
