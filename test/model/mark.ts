import type { Rules } from './rules.ts';
import { type Ack, bit, has, listOf, type Mark, type Owner } from './state.ts';

/** What an owner knows that acknowledges by watermark: what was handed to its lanes, and what of it is done. */
export const noMark: Mark = { handed: 0, done: 0 };

/** Up to where all that was handed on is done; 0 when the first of it is not. */
export const reached = ({ handed, done }: Mark): number => {
  let last = 0;
  for (const sequence of listOf(handed)) {
    if (!has(done, sequence)) return last;
    last = sequence;
  }
  return last;
};

/** True when a message need not be handed to the lanes again: it is there, or done. */
export const isKnown = ({ mark }: Owner, sequence: number): boolean => has(mark.handed, sequence);

/** The owner after it has handed these to its lanes. */
export const handed = ({ mark }: Owner, sequences: readonly number[]): Mark => ({
  ...mark,
  handed: sequences.reduce((all, sequence) => all | bit(sequence), mark.handed),
});

/**
 * The owner after these are finished: acknowledged one by one, or as far as its mark has come; by the
 * mark of before too, as what was handed on then may end now.
 */
export const finished = (
  owner: Owner,
  sequences: readonly number[],
  rules: Rules,
): Partial<Owner> => {
  if (rules.acknowledges === 'each') {
    return {
      acks: [...owner.acks, ...sequences.map((sequence): Ack => ({ kind: 'ack', sequence }))],
    };
  }
  const [mark, former] = [owner.mark, owner.former].map((one) => doneIn(one, sequences));
  if (!mark || !former) throw new Error('two marks');
  const upTo = Math.max(sayable(owner.mark, mark, rules), sayable(owner.former, former, rules));
  const acks: readonly Ack[] =
    upTo > 0 ? [...owner.acks, { kind: 'ack', sequence: upTo }] : owner.acks;
  return { mark, former, acks };
};

const doneIn = (mark: Mark, sequences: readonly number[]): Mark => ({
  ...mark,
  done: sequences.reduce(
    (all, sequence) => (has(mark.handed, sequence) ? all | bit(sequence) : all),
    mark.done,
  ),
});

/** What it may acknowledge now; 0 when nothing new. */
const sayable = (before: Mark, after: Mark, { isContiguous }: Rules): number => {
  if (!isContiguous) return after.done === before.done ? 0 : (listOf(after.done).at(-1) ?? 0);
  const upTo = reached(after);
  return upTo > reached(before) ? upTo : 0;
};
