import { rememberedCauses } from '../../infra/pipeline/causes.ts';
import type { Account } from './account.ts';
import { type Entry, hasTrace, type Key, type Verdict } from './entry.ts';
import { chainOf, entryAt } from './evidence.ts';
import { prove } from './prove.ts';

/** What is known of a partition besides what lies in the stream. */
export interface Circumstances {
  /** Up to which sequence its events are acknowledged, at a moment before anything was read. */
  readonly floor: number;
  /** The lowest sequence that is still there, or that is looked at. */
  readonly first: number;
  /** Events before that may have been there. */
  readonly isTrimmed: boolean;
  readonly isOrdered: boolean;
  /** Sequences of a key's events beyond those of the account, as far as they matter. */
  readonly later: (key: Key) => readonly number[];
}

/** A key of which more events are missing than can be named. */
export interface Unnamed {
  readonly key: Key;
  readonly count: number;
  readonly among: readonly Entry[];
}

export interface Judgement {
  readonly verdicts: ReadonlyMap<Entry, Verdict>;
  readonly unnamed: readonly Unnamed[];
}

/** Says of every event of an account what became of it. */
export const judge = (account: Account, circumstances: Circumstances): Judgement => {
  const unnamed: Unnamed[] = [];
  for (const key of account.keys.values()) {
    noteLate(key);
    const proof = prove(key, circumstances.first, circumstances.later(key));
    if (!proof) continue;
    for (const entry of proof.missing) entry.membership = 'not-contained';
    for (const entry of proof.doubled) entry.isDoubled = true;
    const silent = key.entries.filter((entry) => isOpen(entry) && entry.sequence > proof.above);
    if (proof.isComplete) for (const entry of silent) entry.membership = 'contained';
    else unnamed.push({ key, count: proof.unnamed, among: silent });
  }
  const verdicts = new Map(
    account.entries.map((entry) => [entry, verdictOf(entry, circumstances)] as const),
  );
  return { verdicts, unnamed };
};

const isOpen = (entry: Entry): boolean => entry.membership === 'unknown' && !hasTrace(entry);

/** The record itself says which events it took after a later one. */
const noteLate = ({ record, entries }: Key): void => {
  for (const sequence of record?.tally?.late ?? []) {
    const entry = entryAt(entries, sequence);
    if (entry) entry.isDisordered = true;
  }
};

const verdictOf = (entry: Entry, circumstances: Circumstances): Verdict => {
  if (entry.isRepeat) return 'repeated';
  const isDead = entry.deadAs !== undefined;
  if (entry.isDoubled || (isDead && entry.facts !== 0 && entry.deadAs === entry.id)) {
    return 'doubled';
  }
  if (isDead) return entry.ruling ?? 'dead';
  if (entry.isPostponed) return 'waiting';
  const isLost = entry.membership === 'not-contained' && entry.sequence <= circumstances.floor;
  if (entry.facts !== 0 && isLost && entry.key) return 'missing';
  if (entry.isDisordered && circumstances.isOrdered) return 'disordered';
  if (entry.facts !== 0) return entry.isRejected ? 'rejected' : 'applied';
  if (entry.isParked) return 'parked';
  if (entry.membership === 'contained') return 'applied';
  if (entry.membership === 'unknown') return 'unproven';
  return isLost ? verdictOfLost(entry, circumstances) : 'waiting';
};

/** Acknowledged, and nothing shows that anybody did anything. */
const verdictOfLost = (entry: Entry, { floor, isTrimmed }: Circumstances): Verdict => {
  if (entry.isTraceless) return 'applied';
  // It was published again, and that one waits.
  if (chainOf(entry).some(({ key, sequence }) => key === entry.key && sequence > floor)) {
    return 'waiting';
  }
  return isTrimmed && mayBeRepeat(entry) ? 'unproven' : 'missing';
};

/** It may be the repeat of an event that has left the stream: the record knew that one then. */
const mayBeRepeat = ({ key, sequence }: Entry): boolean => {
  const border = key?.entries[rememberedCauses];
  return (key?.record?.isFull ?? false) && (border === undefined || sequence < border.sequence);
};
