import { readEventId } from './history.ts';
import { KeyBook } from './key-book.ts';
import type { Observation } from './observation.ts';

/** What a stream holds of an event that belongs to no key. */
export interface StrayBook {
  requests: number;
  facts: number;
  dead: number;
}

/** What is about one event. */
type OfAnEvent = Exclude<Observation, { kind: 'state' | 'other' }>;

/** What a stream holds, key by key: the other side that the checker compares. */
export class Books {
  readonly keys: readonly KeyBook[];
  readonly strays = new Map<string, StrayBook>();
  /** What is there though nobody asked for it, one sentence each. */
  readonly ghosts: string[] = [];
  /** Which stray is stored at a sequence. */
  readonly #strayAt = new Map<number, string>();
  readonly #names: ReadonlyMap<string, number>;
  readonly #isRejection: (type: string) => boolean;

  constructor(
    names: readonly string[],
    isRejection: (type: string) => boolean = (type) => type.endsWith('-rejected'),
  ) {
    this.keys = names.map(() => new KeyBook());
    this.#names = new Map(names.map((name, key) => [name, key]));
    this.#isRejection = isRejection;
  }

  /** Takes the stream's messages, in its order. */
  take(seen: Observation): void {
    if (seen.kind === 'other') return;
    if (seen.kind === 'state') {
      this.#takeState(seen);
      return;
    }
    const id = seen.kind === 'fact' ? seen.cause : seen.id;
    const place = readEventId(id);
    if (place) this.#takeOf(place, id, seen);
    else this.#takeStray(id, seen);
  }

  #takeOf([key, n]: readonly [number, number], id: string, seen: OfAnEvent): void {
    const book = this.keys[key];
    if (!book) {
      this.#ghost(`${seen.kind} ${seen.sequence} is about an unknown key: ${id}`);
      return;
    }
    if (seen.kind !== 'request' && !book.has(n)) {
      this.#ghost(`${seen.kind} ${seen.sequence} follows from nothing: ${id}`);
    }
    if (seen.kind === 'request') book.request(n, seen.at);
    else if (seen.kind === 'dead') book.die(n, seen.at);
    else if (seen.kind === 'parked') book.park(n, seen.at);
    else {
      if (this.#isRejection(seen.type)) book.rejected.push(n);
      book.fact(n, seen.place, seen.at);
    }
  }

  #takeState({ key: name, state }: Extract<Observation, { kind: 'state' }>): void {
    const key = this.#names.get(name);
    const book = key === undefined ? undefined : this.keys[key];
    if (book) book.state = state;
    else this.#ghost(`a state of a key that nobody used: ${name}`);
  }

  #takeStray(id: string, seen: OfAnEvent): void {
    if (seen.kind === 'request') this.#strayAt.set(seen.sequence, id);
    // Of an event that cannot be read nobody knows the id: its dead letter names its sequence.
    const known = (seen.kind === 'dead' ? this.#strayAt.get(seen.of) : undefined) ?? id;
    const book = this.strays.get(known) ?? { requests: 0, facts: 0, dead: 0 };
    this.strays.set(known, book);
    if (seen.kind === 'request') book.requests++;
    else if (seen.kind === 'fact') book.facts++;
    else book.dead++;
  }

  #ghost(text: string): void {
    this.ghosts.push(text);
  }
}
