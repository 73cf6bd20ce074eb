import { readSubject } from '../../contracts/streams.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import type { Published } from '../../infra/pipeline/ports.ts';

/** How an event ended. */
export type Ending = 'handled' | 'rejected' | 'dead';

/** The events of one stream, counted. */
export interface LedgerRow {
  readonly stream: string;
  readonly accepted: number;
  readonly handled: number;
  readonly rejected: number;
  readonly dead: number;
}

/**
 * Who was accepted, and what became of them, as the streams themselves tell it.
 *
 * Every accepted event must end exactly once: in the facts of one decision, or in one dead letter.
 */
export class Ledger {
  readonly #accepted = new Map<string, string>();
  readonly #endings = new Map<string, Ending>();
  readonly #seen = new Set<string>();
  readonly #doubled = new Set<string>();
  readonly #from = new Map<string, number>();

  /** An event that a stream has acknowledged; of a duplicate, where the first one lies. */
  accept({ id, stream, sequence }: Published): void {
    this.#accepted.set(id, stream);
    this.#from.set(stream, Math.min(sequence, this.#from.get(stream) ?? sequence));
  }

  /** Where the oldest accepted event of a stream lies. */
  firstSequence(stream: string): number | undefined {
    return this.#from.get(stream);
  }

  /** A fact or a dead letter as it lies in a stream. */
  take(message: InboundMessage): void {
    const end = endIn(message);
    if (end) this.#takeOnce(end);
  }

  /** Accepted events without an end. */
  missing(): readonly string[] {
    return [...this.#accepted.keys()].filter((id) => !this.#endings.has(id));
  }

  /** Events that ended more than once. */
  doubled(): readonly string[] {
    return [...this.#doubled];
  }

  get accepted(): number {
    return this.#accepted.size;
  }

  /** How many accepted events have ended. */
  get ended(): number {
    let count = 0;
    for (const id of this.#accepted.keys()) if (this.#endings.has(id)) count++;
    return count;
  }

  rows(): readonly LedgerRow[] {
    const rows = new Map<string, Record<Ending | 'accepted', number>>();
    for (const [id, stream] of this.#accepted) {
      const row = rows.get(stream) ?? { accepted: 0, handled: 0, rejected: 0, dead: 0 };
      row.accepted++;
      const ending = this.#endings.get(id);
      if (ending) row[ending]++;
      rows.set(stream, row);
    }
    return [...rows].map(([stream, row]) => ({ stream, ...row }));
  }

  #takeOnce({ id, mark, ending }: End): void {
    const before = this.#endings.get(id);
    const isMixed = before !== undefined && (before === 'dead') !== (ending === 'dead');
    if (this.#seen.has(mark) || isMixed) this.#doubled.add(id);
    this.#seen.add(mark);
    // Of several facts of one decision a rejection says most.
    if (before === undefined || ending === 'rejected') this.#endings.set(id, ending);
  }
}

/** The end of an event, as one message tells it. */
export interface End {
  /** The event that has ended. */
  readonly id: string;
  /** Tells this end from every other one: stored twice, it is doubled. */
  readonly mark: string;
  readonly ending: Ending;
}

/** Reads the end of an event from a fact that it caused, or from its dead letter. */
export const endIn = ({ subject, header }: InboundMessage): End | undefined => {
  const { root, type = '' } = readSubject(subject) ?? {};
  if (root === 'fact') {
    const ending = type.endsWith('-rejected') ? 'rejected' : 'handled';
    return { id: decoded(header('ce-causationid')), mark: `fact ${header('ce-id')}`, ending };
  }
  if (root !== 'dead') return undefined;
  const id = decoded(header('millrace-dead-id'));
  return { id, mark: `dead ${id}`, ending: 'dead' };
};

/** Headers carry what is not printable ASCII percent-encoded. */
const decoded = (value = ''): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};
