import {
  type Count,
  countedAbove,
  type Mark,
  minus,
  noEvents,
  plus,
  type Tally,
} from '../../infra/pipeline/tally.ts';
import { type Entry, hasTrace, type Key } from './entry.ts';
import { type Explanation, explain } from './explain.ts';

/** What a record's tally proves of its key's events. */
export interface Proof extends Explanation {
  /** It speaks of the events above this sequence. */
  readonly above: number;
}

/**
 * Holds the events of a key against the tally of its record: the same events, the same sum.
 *
 * Where they differ by one or two events, the difference names them. It is tried from where the tally
 * began, and from its marks, because events that have left the stream are in the tally still.
 *
 * @param first the lowest sequence that the stream still holds of the key's partition
 * @param later sequences of the key's events beyond those in its entries
 */
export const prove = (
  { entries, record }: Key,
  first: number,
  later: readonly number[],
): Proof | undefined => {
  const tally = record?.tally;
  if (!tally) return undefined;
  const others = [...later, ...record.beyond];
  const proofs = basesOf(tally, first).map((base) => proofAbove(base, entries, others));
  return proofs.find((proof) => proof?.isComplete) ?? proofs.find((proof) => proof !== undefined);
};

const basesOf = (tally: Tally, first: number): Mark[] =>
  [countedAbove(tally, 0), countedAbove(tally, first - 1)].filter((base) => base !== undefined);

const proofAbove = (
  base: Mark,
  entries: readonly Entry[],
  others: readonly number[],
): Proof | undefined => {
  const above = entries.filter(({ sequence }) => sequence > base.sequence);
  const counted = above.filter(isCounted);
  const expected = [...counted.map(({ sequence }) => sequence), ...others]
    .filter((sequence) => sequence > base.sequence)
    .reduce<Count>(plus, noEvents);
  const proof = explain(minus(expected, base), {
    counted,
    silent: counted.filter((entry) => entry.membership === 'unknown' && !hasTrace(entry)),
    others: above.filter((entry) => !isCounted(entry)),
  });
  return proof && { ...proof, above: base.sequence };
};

/** Whether a tally should have the event in it: not what the record denies, nor what never reaches it. */
const isCounted = ({ membership, isRepeat, isTraceless, isStateless }: Entry): boolean =>
  membership !== 'not-contained' && !isRepeat && !isTraceless && !isStateless;
