import { z } from 'zod';
import { keyToken, partitionOf } from '../../contracts/key-token.ts';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { Decode } from '../../infra/pipeline/decode.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import { recordReader, type StateRecord } from '../../infra/pipeline/state-record.ts';
import type { Journal } from './journal.ts';

const readRecord = recordReader(z.unknown());

/** The record that a state message holds; nothing when nobody can read it. */
export const recordIn = ({ body }: InboundMessage): StateRecord | undefined => {
  try {
    return readRecord(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
};

export const lastTokenOf = ({ subject }: Pick<InboundMessage, 'subject'>): string =>
  subject.slice(subject.lastIndexOf('.') + 1);

/**
 * What has to be known of a stream before its first message can be carried: which request events are
 * settled, and which others name by their sequence.
 *
 * It holds the sequences of what is set aside, and of what lies above the acknowledged floors and was
 * applied: not those of all events.
 */
export class Survey {
  /** Request events that a dead letter, a parked copy or a repair names. */
  readonly named = new Set<number>();
  /** Dead letters' events. */
  readonly #dead = new Set<number>();
  readonly #journal: Journal;
  readonly #stream: ServiceStream;
  readonly #applied = new Set<number>();
  readonly #settledOfKey = new Map<string, number>();
  /** Up to where the copies of a key that waits are done with. */
  readonly #parkedAfter = new Map<string, number>();
  readonly #unreadable = new Set<string>();

  constructor(stream: ServiceStream, journal: Journal) {
    this.#stream = stream;
    this.#journal = journal;
  }

  takeLetter(message: InboundMessage): void {
    const event = this.#eventOf('dead', message);
    if (event === undefined) return;
    this.named.add(event);
    this.#dead.add(event);
  }

  takeParked(message: InboundMessage): void {
    const event = this.#eventOf('parked', message);
    if (event !== undefined) this.named.add(event);
  }

  takeRepair(message: InboundMessage): void {
    this.named.add(Number(lastTokenOf(message)));
  }

  takeState(message: InboundMessage): void {
    const token = lastTokenOf(message);
    const record = recordIn(message);
    if (!record) return void this.#unreadable.add(token);
    const floor = this.floorOf(partitionOf(token, this.#journal.from));
    if (record.settled > floor) this.#settledOfKey.set(token, record.settled);
    for (const sequence of record.recent) if (sequence > floor) this.#applied.add(sequence);
    if (record.parked) this.#parkedAfter.set(token, record.parked.after);
  }

  floorOf(partition: number): number {
    return this.#journal.floors[partition] ?? 0;
  }

  /** True when nothing of the event is left to do, as the record of its key and the dead letters say. */
  isSettled(event: InboundMessage, decode: Decode, partition: number): boolean {
    const { sequence } = event;
    if (sequence <= this.floorOf(partition)) return true;
    if (this.#applied.has(sequence) || this.#dead.has(sequence)) return true;
    if (this.#settledOfKey.size === 0) return false;
    const { token } = decode(event).place;
    return sequence <= (this.#settledOfKey.get(token) ?? 0);
  }

  /** True when the copy of a parked event still waits. */
  isWaiting(copy: InboundMessage): boolean {
    const token = lastTokenOf(copy);
    if (this.#unreadable.has(token)) return true;
    const after = this.#parkedAfter.get(token);
    return after !== undefined && copy.sequence > after;
  }

  /** The event of this stream that a copy is of. */
  #eventOf(kind: 'dead' | 'parked', { header }: InboundMessage): number | undefined {
    if (header(`millrace-${kind}-stream`) !== this.#stream.name) return undefined;
    const sequence = Number(header(`millrace-${kind}-sequence`));
    return sequence > 0 ? sequence : undefined;
  }
}

/** The partition of a key, given as a header carries it. */
export const partitionOfKey = (encoded: string, partitions: number): number =>
  partitionOf(keyToken(decodeURIComponent(encoded)), partitions);
