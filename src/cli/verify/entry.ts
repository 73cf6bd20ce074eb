import type { Membership } from '../../infra/pipeline/memory-of-key.ts';
import type { Tally } from '../../infra/pipeline/tally.ts';

/** What became of a request event. */
export const verdicts = [
  'applied',
  'rejected',
  'dead',
  'discarded',
  'redriven',
  'parked',
  'repeated',
  'waiting',
  'unproven',
  'missing',
  'doubled',
  'disordered',
] as const;
export type Verdict = (typeof verdicts)[number];

/** What must not be. */
export const wrongVerdicts = ['missing', 'doubled', 'disordered'] as const satisfies Verdict[];

/** One request event as it lies in the stream, and what was found of it elsewhere. */
export interface Entry {
  readonly sequence: number;
  readonly id: string;
  /** Nothing when its key cannot be read. */
  readonly key: Key | undefined;
  /** It may leave no trace at all: an order of the runtime to itself. */
  readonly isTraceless: boolean;
  /** Its id came before under the same key: it must have no effect. */
  readonly isRepeat: boolean;
  /** The next event under the same id. */
  again: Entry | undefined;
  membership: Membership;
  /** The indexes of its facts, as bits; those above 30 together as one. */
  facts: number;
  isRejected: boolean;
  /** The id under which it is dead, as its letter says. */
  deadAs: string | undefined;
  /** Its letter was written without its key's state. */
  isStateless: boolean;
  ruling: 'redriven' | 'discarded' | undefined;
  isParked: boolean;
  /** It waits for its next try: its record says so, and its copy is there. */
  isPostponed: boolean;
  isDoubled: boolean;
  isDisordered: boolean;
}

/** A key, its events in the stream's order, and what its record says. */
export interface Key {
  readonly token: string;
  readonly entries: Entry[];
  /** The highest event that its facts have come to so far. */
  lastCause: number;
  record: RecordSummary | undefined;
}

/** What is kept of a record once its key's events have been looked up in it. */
export interface RecordSummary {
  readonly isFull: boolean;
  readonly settled: number;
  readonly tally: Tally | undefined;
  /** The sequences that it contains beyond those that were read. */
  readonly beyond: readonly number[];
}

export const newEntry = (
  known: Pick<Entry, 'sequence' | 'id' | 'key' | 'isTraceless' | 'isRepeat'>,
): Entry => ({
  ...known,
  again: undefined,
  membership: 'not-contained',
  facts: 0,
  isRejected: false,
  deadAs: undefined,
  isStateless: false,
  ruling: undefined,
  isParked: false,
  isPostponed: false,
  isDoubled: false,
  isDisordered: false,
});

/** True when something besides the record shows that the event was handled. */
export const hasTrace = ({ facts, deadAs, isParked }: Entry): boolean =>
  facts !== 0 || deadAs !== undefined || isParked;
