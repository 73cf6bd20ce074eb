import { keyToken } from '../../contracts/key-token.ts';
import { type ServiceStream, subjectsOf } from '../../contracts/streams.ts';
import type { InboundMessage } from './delivery.ts';
import type { Bus } from './ports.ts';
import { readStretch } from './read-stretch.ts';
import { keyOf } from './ruled-letter.ts';
import type { Upkeep } from './upkeep.ts';

/** A dead letter that nobody has ruled on, or whose key has not been freed yet. */
interface Letter {
  readonly partition: number;
  readonly storedAt: number;
  /** The token of the key that it parks. */
  readonly parks: string | undefined;
  isRuled: boolean;
}

/**
 * The dead letters of a stream: which of them nobody has ruled on, and which keys wait behind one.
 *
 * A key is parked by its dead letter and freed by following the ruling on it. So letters and rulings
 * are read, each once; a key's record is asked only when its letter is ruled upon, until it is free.
 */
export class Letters {
  readonly #bus: Pick<Bus, 'follow' | 'states'>;
  readonly #upkeep: Upkeep;
  readonly #stream: ServiceStream;
  readonly #letters = new Map<number, Letter>();
  /** The letter that a parked key waits behind, by the key's token. */
  readonly #parked = new Map<string, number>();
  /** Everything before it is read; nothing before the first look. */
  #next: number | undefined;

  constructor(bus: Pick<Bus, 'follow' | 'states'>, upkeep: Upkeep, stream: ServiceStream) {
    this.#bus = bus;
    this.#upkeep = upkeep;
    this.#stream = stream;
  }

  /** How many keys of a partition are parked, as of the last look; nothing before the first one. */
  parkedIn(partition: number): number | undefined {
    if (this.#next === undefined) return undefined;
    let count = 0;
    for (const letter of this.#parked.values()) {
      if (this.#letters.get(letter)?.partition === partition) count++;
    }
    return count;
  }

  /** How many keys are parked in all, as of the last look. */
  get parkedKeys(): number {
    return this.#parked.size;
  }

  /** How many letters nobody has ruled on, and when the oldest of them was written. */
  held(): { readonly count: number; readonly oldestAt: number | undefined } {
    let [count, oldest] = [0, Number.POSITIVE_INFINITY];
    for (const { isRuled, storedAt } of this.#letters.values()) {
      if (isRuled) continue;
      count++;
      oldest = Math.min(oldest, storedAt);
    }
    return { count, oldestAt: count > 0 ? oldest : undefined };
  }

  /** Reads what is new. @throws BusUnavailable, BusRefused */
  async look(signal: AbortSignal): Promise<void> {
    const { lastSequence } = await this.#upkeep.sizeOf(this.#stream);
    let from = this.#next ?? 1;
    // A stream that has lost its end: what was read there may never have been.
    if (from > lastSequence + 1) {
      from = 1;
      this.#letters.clear();
      this.#parked.clear();
    }
    await this.#read(from, signal);
    await this.#freeKeys();
    await this.#forgetTrimmed();
    this.#next = lastSequence + 1;
  }

  async #read(from: number, signal: AbortSignal): Promise<void> {
    const stream = this.#stream;
    const { deadLetters, rulings } = subjectsOf(stream);
    const filters = [deadLetters, rulings];
    const firsts = await Promise.all(
      filters.map((filter) => this.#upkeep.firstOf(stream, filter, { sequence: from })),
    );
    if (!firsts.some((first) => first)) return;
    await readStretch(this.#bus, { stream, filters, from, signal }, (message) => {
      const [root, , partition, letter] = message.subject.split('.');
      if (root === 'ruling') this.#rule(Number(letter));
      else this.#add(message, Number(partition));
    });
  }

  #add(message: InboundMessage, partition: number): void {
    const { sequence, storedAt } = message;
    const parks = parkedToken(message);
    this.#letters.set(sequence, { partition, storedAt, parks, isRuled: false });
    if (parks === undefined) return;
    const before = this.#parked.get(parks);
    this.#parked.set(parks, sequence);
    if (before !== undefined && this.#letters.get(before)?.isRuled) this.#letters.delete(before);
  }

  #rule(sequence: number): void {
    const letter = this.#letters.get(sequence);
    if (!letter) return;
    letter.isRuled = true;
    // Else it is needed until its key is free.
    if (this.#parked.get(letter.parks ?? '') !== sequence) this.#letters.delete(sequence);
  }

  async #freeKeys(): Promise<void> {
    for (const [token, sequence] of this.#parked) {
      const letter = this.#letters.get(sequence);
      if (!letter?.isRuled || (await this.#isParked(letter.partition, token))) continue;
      this.#parked.delete(token);
      this.#letters.delete(sequence);
    }
  }

  async #isParked(partition: number, token: string): Promise<boolean> {
    const found = await this.#bus.states(this.#stream).read({ partition, token });
    return found !== undefined && isParkedIn(found.record);
  }

  /** Letters are trimmed oldest first, partition by partition. */
  async #forgetTrimmed(): Promise<void> {
    const oldest = new Map<number, number>();
    for (const [sequence, { partition }] of this.#letters) {
      oldest.set(partition, Math.min(sequence, oldest.get(partition) ?? sequence));
    }
    const { service } = this.#stream;
    await Promise.all(
      [...oldest].map(async ([partition, sequence]) => {
        const filter = `dead.${service}.${partition}.>`;
        const first = await this.#upkeep.firstOf(this.#stream, filter, { sequence });
        this.#forgetBelow(partition, first?.sequence ?? Number.POSITIVE_INFINITY);
      }),
    );
  }

  #forgetBelow(partition: number, first: number): void {
    for (const [sequence, letter] of this.#letters) {
      if (letter.partition !== partition || sequence >= first) continue;
      this.#letters.delete(sequence);
      if (this.#parked.get(letter.parks ?? '') === sequence)
        this.#parked.delete(letter.parks ?? '');
    }
  }
}

/** The key that a dead letter parks, if it does. */
const parkedToken = (message: InboundMessage): string | undefined => {
  if (message.header('millrace-dead-on-exhausted') !== 'park') return undefined;
  const key = keyOf(message);
  return key === undefined ? undefined : keyToken(key);
};

const isParkedIn = (record: string): boolean => {
  try {
    return (JSON.parse(record) as { readonly parked?: unknown }).parked !== undefined;
  } catch {
    // Whoever cannot read it cannot free it either.
    return true;
  }
};
