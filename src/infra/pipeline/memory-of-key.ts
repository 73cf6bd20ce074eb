import { countOf, markOf, marksOf, rememberedCauses } from './causes.ts';
import { type Cause, rememberedSequences, type StateRecord } from './state-record.ts';

/** What a record says of an event; `unknown` when it remembers neither it nor enough to deny it. */
export type Membership = 'contained' | 'not-contained' | 'unknown';

/**
 * What a record remembers of the events that it contains, made for asking about many of them.
 *
 * It is stricter than `contains`, which takes what the broker said to be settled for contained: here
 * that is what is to be found out.
 */
export class MemoryOfKey {
  /** True when it may have forgotten events. */
  readonly isFull: boolean;
  readonly #record: StateRecord;
  readonly #causes: ReadonlyMap<string, number>;
  readonly #recent: ReadonlyMap<number, number>;
  readonly #retrying: ReadonlySet<number>;

  constructor(record: StateRecord) {
    this.#record = record;
    this.#causes = countsOf(marksOf(record.causes));
    this.#recent = countsOf(record.recent);
    this.#retrying = new Set(record.retrying);
    this.isFull = countOf(record.causes) >= rememberedCauses;
  }

  of({ id, stream, sequence }: Cause): Membership {
    if (this.#recent.has(sequence) || this.#causes.has(markOf(id))) return 'contained';
    if (this.#retrying.has(sequence)) return 'not-contained';
    const { settled, recent, position } = this.#record;
    const isPast = sequence <= (position[stream] ?? 0);
    const isForgotten = sequence <= settled || recent.length >= rememberedSequences;
    return isPast && isForgotten && this.isFull ? 'unknown' : 'not-contained';
  }

  /** True for an event that waits for its next try, or so the record says. */
  isRetrying({ id, sequence }: Pick<Cause, 'id' | 'sequence'>): boolean {
    return this.#retrying.has(sequence) && !this.#causes.has(markOf(id));
  }

  /** True for an event that was applied twice, as far as is remembered. */
  isTwice({ id, sequence }: Pick<Cause, 'id' | 'sequence'>): boolean {
    return (this.#recent.get(sequence) ?? 0) > 1 || (this.#causes.get(markOf(id)) ?? 0) > 1;
  }
}

const countsOf = <T>(values: readonly T[]): ReadonlyMap<T, number> => {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};
