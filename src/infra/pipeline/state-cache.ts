import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { sayIssues } from '../../contracts/say-issues.ts';
import { type KeyPlace, placeOf, type ServiceStream } from '../../contracts/streams.ts';
import type { Clock } from './clock.ts';
import type { KeyStates } from './define-service.ts';
import { UnreadableState } from './errors.ts';
import type { StateReader } from './ports.ts';
import {
  emptyRecord,
  recordReader,
  type StateDefinition,
  type StateRecord,
  type StoredState,
} from './state-record.ts';

export interface StateCacheOptions<State> {
  readonly reader: StateReader;
  readonly stream: ServiceStream;
  readonly definition: StateDefinition<State>;
  readonly clock: Clock;
  /** Up to which sequence a partition's events are settled, as far as is known. @default 0 */
  readonly settledUpTo?: (partition: number) => number;
  /** How many characters of records are kept. @default 32 million */
  readonly characters?: number;
}

/** What an entry costs besides its JSON. */
const perKey = 200;

/** After a conflict, other replicas are at work on the same keys: read from the bus for so long. */
const distrustMs = 5_000;

/**
 * The states of keys as this process last saw them.
 *
 * It may be behind: another replica may have moved a key on. That is harmless, because every commit
 * is guarded by the revision it was decided upon; a refused one reads afresh. Since a refusal costs
 * a batch, the cache is not used for a while after one: alone, a replica reads nothing; among
 * others, it reads each state from the bus.
 */
export class StateCache<State> implements KeyStates<State> {
  /** What need not be remembered of a key, because its broker will not deliver it again. */
  readonly settledUpTo: (partition: number) => number;
  readonly #reader: StateReader;
  readonly #stream: ServiceStream;
  readonly #clock: Clock;
  readonly #initial: State;
  readonly #parse: (json: string) => StateRecord<State>;
  readonly #known: LRUCache<string, StoredState<State>>;
  #distrustedUntil = 0;

  constructor(options: StateCacheOptions<State>) {
    const { reader, stream, definition, clock, settledUpTo = () => 0 } = options;
    this.settledUpTo = settledUpTo;
    this.#reader = reader;
    this.#stream = stream;
    this.#clock = clock;
    this.#initial = definition.initial;
    this.#parse = recordReader(definition.schema);
    this.#known = new LRUCache({ maxSize: options.characters ?? 32_000_000 });
  }

  /** The state as far as this process knows, else from the bus. @throws BusUnavailable */
  async recall(key: string, place: KeyPlace): Promise<StoredState<State>> {
    const known =
      this.#clock.now() < this.#distrustedUntil ? undefined : this.#known.get(cacheKey(place));
    return known ?? (await this.readAfresh(key, place));
  }

  /** What was decided upon the state turned out to be behind. */
  distrust(): void {
    this.#distrustedUntil = this.#clock.now() + distrustMs;
  }

  /** The latest state, from the bus. @throws BusUnavailable, UnreadableState */
  async readAfresh(key: string, place: KeyPlace): Promise<StoredState<State>> {
    const found = await this.#reader.read(place);
    const stored = found
      ? { revision: found.revision, record: this.#recordOf(found) }
      : { revision: 0, record: emptyRecord(key, this.#initial) };
    this.keep(place, stored, found?.record.length ?? 0);
    return stored;
  }

  #recordOf({ revision, record }: { readonly revision: number; readonly record: string }) {
    try {
      return this.#parse(record);
    } catch (error) {
      // What a parser says may quote what it read; a schema says only which field is wrong.
      const why = error instanceof z.ZodError ? sayIssues(error) : 'it is not JSON';
      throw new UnreadableState(
        `the state at sequence ${revision} of ${this.#stream.name} cannot be read: ${why}`,
      );
    }
  }

  /** Keeps what was just read or committed; `characters` is the length of its JSON. */
  keep(place: KeyPlace, stored: StoredState<State>, characters: number): void {
    this.#known.set(cacheKey(place), stored, { size: characters + perKey });
  }

  /** Forgets the keys of a partition: another replica may have owned it meanwhile. */
  forget(partition: number): void {
    const begin = `${partition} `;
    for (const key of [...this.#known.keys()]) if (key.startsWith(begin)) this.#known.delete(key);
  }

  /** Forgets everything: the broker may have come back with less than it had. */
  clear(): void {
    this.#known.clear();
  }

  /** The latest state of a key, for queries. @throws BusUnavailable */
  async read(key: string): Promise<State> {
    return (await this.readAfresh(key, placeOf(this.#stream, key))).record.state;
  }
}

const cacheKey = ({ partition, token }: KeyPlace): string => `${partition} ${token}`;
