import { z } from 'zod';
import { rulingSchema } from '../../contracts/ruling.ts';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { Decode } from '../../infra/pipeline/decode.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import { MemoryOfKey } from '../../infra/pipeline/memory-of-key.ts';
import { recordReader } from '../../infra/pipeline/state-record.ts';
import { type Entry, type Key, newEntry } from './entry.ts';
import { bitOf, chainOf, decoded, entryAt, lastToken, noteOrder } from './evidence.ts';

export interface AccountOptions {
  readonly stream: ServiceStream;
  readonly decode: Decode;
  /** Which keys are looked at, and which events without one: not all fit into memory at once. */
  readonly isOurs: (keyOrSequence: string | number) => boolean;
  /** The events of which a copy waits for its next try. */
  readonly copies: ReadonlySet<number>;
}

const readRecord = recordReader(z.unknown());
const utf8 = new TextDecoder();

/**
 * The request events of a partition, or of a share of its keys, and everything that a stream tells
 * of what became of them.
 *
 * Request events come first, in the stream's order; whatever speaks of others is passed over.
 */
export class Account {
  readonly entries: Entry[] = [];
  readonly keys = new Map<string, Key>();
  /** The states that cannot be read: nothing can be said of their keys. */
  unreadable = 0;
  /** The last request event of the partition, whoever's it is. */
  readUpTo = 0;
  readonly #options: AccountOptions;
  readonly #byId = new Map<string, Entry>();
  readonly #byLetter = new Map<number, Entry>();

  constructor(options: AccountOptions) {
    this.#options = options;
  }

  takeRequest(message: InboundMessage): void {
    const { decode, isOurs } = this.#options;
    const { envelope, place, problem, route } = decode(message);
    const { sequence } = message;
    this.readUpTo = sequence;
    if (!isOurs(place.token || sequence)) return;
    const key = place.token ? this.#keyOf(place.token) : undefined;
    const { id } = envelope;
    const first = this.#byId.get(id);
    const entry = newEntry({
      sequence,
      id,
      key,
      isTraceless:
        problem === undefined && (route?.contract.type.endsWith('.millrace-react') ?? false),
      isRepeat: key !== undefined && chainOf(first).some((other) => other.key === key),
    });
    this.entries.push(entry);
    key?.entries.push(entry);
    const last = chainOf(first).at(-1);
    if (last) last.again = entry;
    else this.#byId.set(id, entry);
  }

  takeState({ subject, stream, body }: InboundMessage): void {
    const key = this.keys.get(lastToken(subject));
    if (!key) return;
    try {
      const record = readRecord(utf8.decode(body));
      const memory = new MemoryOfKey(record);
      for (const entry of key.entries) {
        entry.membership = memory.of({ ...entry, stream });
        entry.isPostponed = memory.isRetrying(entry) && this.#options.copies.has(entry.sequence);
        if (!entry.isRepeat && memory.isTwice(entry)) entry.isDoubled = true;
      }
      key.record = {
        isFull: memory.isFull,
        settled: record.settled,
        tally: record.tally,
        beyond: record.recent.filter((sequence) => sequence > this.readUpTo),
      };
    } catch {
      this.unreadable++;
      for (const entry of key.entries) entry.membership = 'unknown';
    }
  }

  takeFact({ subject, header }: InboundMessage): void {
    const chain = chainOf(this.#byId.get(decoded(header('ce-causationid'))));
    const bit = bitOf(decoded(header('ce-id')));
    const events = chain.filter(({ isRepeat }) => !isRepeat);
    // Several keys may have events under one id: each has facts of its own.
    const entry = events.find(({ facts }) => (facts & bit) === 0) ?? events[0];
    if (!entry) return;
    if (entry.facts & bit) {
      entry.isDoubled = true;
      return;
    }
    entry.facts |= bit;
    entry.isRejected ||= subject.endsWith('-rejected');
    noteOrder(entry, chain);
  }

  takeLetter(message: InboundMessage): void {
    const entry = this.#named(message, 'dead');
    if (!entry) return;
    this.#byLetter.set(message.sequence, entry);
    const id = decoded(message.header('millrace-dead-id'));
    const isStateless = message.header('millrace-dead-on-exhausted') === undefined;
    // What is redriven and dies again has another id; what has no state may be set aside twice.
    if (entry.deadAs === id && !isStateless) entry.isDoubled = true;
    entry.deadAs ??= id;
    entry.isStateless = isStateless;
  }

  takeParked(message: InboundMessage): void {
    const entry = this.#named(message, 'parked');
    if (entry) entry.isParked = true;
  }

  takeRuling({ subject, body }: InboundMessage): void {
    const entry = this.#byLetter.get(Number(lastToken(subject)));
    if (!entry) return;
    entry.ruling = actionIn(utf8.decode(body));
  }

  /** The entry that a copy of its event names. */
  #named({ header }: InboundMessage, kind: 'dead' | 'parked'): Entry | undefined {
    if (header(`millrace-${kind}-stream`) !== this.#options.stream.name) return undefined;
    return entryAt(this.entries, Number(header(`millrace-${kind}-sequence`)));
  }

  #keyOf(token: string): Key {
    const known = this.keys.get(token);
    if (known) return known;
    const key = { token, entries: [], lastCause: 0, record: undefined };
    this.keys.set(token, key);
    return key;
  }
}

/** Nothing when it cannot be read: the letter counts as not ruled on. */
const actionIn = (json: string): Entry['ruling'] => {
  try {
    return rulingSchema.parse(JSON.parse(json)).action;
  } catch {
    return undefined;
  }
};
