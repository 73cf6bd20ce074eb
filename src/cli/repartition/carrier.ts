import { contractsOf, type EventContract } from '../../contracts/define-event.ts';
import { readEnvelope } from '../../contracts/envelope.ts';
import { keyToken, partitionOf } from '../../contracts/key-token.ts';
import { inPartition, storedSubject } from '../../contracts/moving-stream.ts';
import { readData } from '../../contracts/read-data.ts';
import { readSubject, type ServiceStream } from '../../contracts/streams.ts';
import { type Decode, Derived, decoder } from '../../infra/pipeline/decode.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import type { OutboundMessage } from '../../infra/pipeline/ports.ts';
import { ownHeaders, writtenOut } from '../../infra/pipeline/publish-again.ts';
import type { StateRecord } from '../../infra/pipeline/state-record.ts';
import type { Journal } from './journal.ts';
import { lastTokenOf, partitionOfKey, recordIn } from './survey.ts';

/** Where something lies now. */
export interface NewPlace {
  readonly sequence: number;
  readonly partition: number;
}

/** Under which header a moved message says where it lay before. */
export const movedFrom = 'millrace-moved-from';

type Headers = Record<string, string>;

/**
 * Writes each message of a stream as it is to lie in its new partition.
 *
 * What names another message by its sequence is written anew: letters and parked copies name their
 * event, rulings and orders their letter. Messages come in the stream's order, so what is named has
 * been carried before.
 */
export class Carrier {
  readonly decode: Decode;
  /** Where events lie now that something names, by where they lay. */
  readonly events = new Map<number, NewPlace>();
  /** The same of dead letters. */
  readonly letters = new Map<number, NewPlace>();
  readonly #stream: ServiceStream;
  readonly #journal: Journal;
  readonly #contracts: ReadonlyMap<string, EventContract>;

  constructor({ stream, routes }: AnyService, journal: Journal) {
    this.#stream = { ...stream, partitions: journal.from };
    this.#journal = journal;
    this.#contracts = contractsOf(stream);
    this.decode = decoder(this.#stream, routes);
  }

  /** The partition in which the old one's messages come to lie that tell nothing of a key. */
  #keyless({ subject }: InboundMessage): number {
    return (readSubject(subject)?.partition ?? 0) % this.#journal.to;
  }

  /** A request event, under the id that it has. */
  request(message: InboundMessage): OutboundMessage {
    const { type = 'unknown' } = readSubject(message.subject) ?? {};
    const { token } = this.decode(message).place;
    const partition = token ? partitionOf(token, this.#journal.to) : this.#keyless(message);
    const { headers, body } = hasReadableHeaders(message)
      ? writtenOut(message, type)
      : { headers: { 'ce-specversion': 'malformed headers' }, body: message.body };
    const redriveOf = this.letters.get(Number(headers['millrace-redrive-of']));
    return {
      subject: inPartition(message.subject, partition),
      headers: {
        ...headers,
        ...(redriveOf && { 'millrace-redrive-of': String(redriveOf.sequence) }),
        [movedFrom]: String(message.sequence),
      },
      body: /\.millrace-(resume|react)$/.test(type) ? this.#namingLetter(body) : body,
    };
  }

  /** A request event that was taken in at the moment when the stream was closed, as it came. */
  stray(message: InboundMessage): OutboundMessage {
    const partition = partitionOf(lastTokenOf(message), this.#journal.from);
    return this.request({ ...message, subject: storedSubject(message.subject, partition) });
  }

  fact(message: InboundMessage): OutboundMessage {
    return this.#copy(message, this.#partitionOfFact(message) ?? this.#keyless(message));
  }

  /** A dead letter, or a copy of an event that waits behind one. */
  aside(kind: 'dead' | 'parked', message: InboundMessage): OutboundMessage {
    const { to } = this.#journal;
    const note = (name: string): string | undefined => message.header(`millrace-${kind}-${name}`);
    const isOwn = note('stream') === this.#stream.name;
    const event = isOwn ? this.events.get(Number(note('sequence'))) : undefined;
    const partition =
      kind === 'parked'
        ? partitionOf(lastTokenOf(message), to)
        : (event?.partition ?? keyPartition(note('key'), to) ?? this.#keyless(message));
    const changes: Headers = {};
    if (isOwn) changes[`millrace-${kind}-subject`] = inPartition(note('subject') ?? '', partition);
    if (event) changes[`millrace-${kind}-sequence`] = String(event.sequence);
    const id = note('id');
    // An id that followed from the place where the event lay.
    if (id !== undefined && followsFromPlace(message)) changes['ce-id'] = id;
    return this.#copy(message, partition, changes);
  }

  ruling(message: InboundMessage): OutboundMessage {
    const letter = this.letters.get(Number(lastTokenOf(message)));
    const body = this.#namingLetter(message.body);
    return { ...this.#at(message, letter), body };
  }

  repair(message: InboundMessage): OutboundMessage {
    return this.#at(message, this.events.get(Number(lastTokenOf(message))));
  }

  /**
   * The record of a key, as if it began to count at a sequence below which all is settled.
   *
   * Its causes stay: by them an event that comes again is recognised, whatever its sequence.
   */
  state(message: InboundMessage, settled: number): OutboundMessage {
    const moved = this.#copy(message, partitionOf(lastTokenOf(message), this.#journal.to));
    const record = recordIn(message);
    if (!record) return moved;
    const { tally: _tally, parked, ...kept } = record;
    const since = parked && (this.events.get(parked.since)?.sequence ?? parked.since);
    const next: StateRecord = {
      ...kept,
      recent: [],
      settled,
      position: { [this.#stream.name]: settled },
      ...(parked && { parked: { ...parked, since: since ?? 0 } }),
    };
    return { ...moved, body: JSON.stringify(next) };
  }

  /** What is named by the last token of its subject. */
  #at(message: InboundMessage, place: NewPlace | undefined): OutboundMessage {
    const copy = this.#copy(message, place?.partition ?? this.#keyless(message));
    if (!place) return copy;
    const { subject } = copy;
    const begin = subject.slice(0, subject.lastIndexOf('.') + 1);
    return { ...copy, subject: begin + place.sequence };
  }

  #copy(message: InboundMessage, partition: number, changes: Headers = {}): OutboundMessage {
    return {
      subject: inPartition(message.subject, partition),
      headers: { ...ownHeaders(message), ...changes, [movedFrom]: String(message.sequence) },
      body: message.body,
    };
  }

  #namingLetter(body: string | Uint8Array): string | Uint8Array {
    try {
      const said = JSON.parse(Buffer.from(body).toString('utf8')) as { readonly letter?: unknown };
      const letter = this.letters.get(Number(said.letter));
      return letter ? JSON.stringify({ ...said, letter: letter.sequence }) : body;
    } catch {
      return body;
    }
  }

  /** Nothing for a fact of a type that nobody declares any more. */
  #partitionOfFact(message: InboundMessage): number | undefined {
    const { type = '' } = readSubject(message.subject) ?? {};
    const contract = this.#contracts.get(type);
    if (!contract) return undefined;
    try {
      const defaults = new Derived(message, type);
      const { envelope, data } = readEnvelope(message.header, message.body, defaults);
      const token = keyToken(contract.key(readData(contract, data, envelope.version).data));
      return partitionOf(token, this.#journal.to);
    } catch {
      return undefined;
    }
  }
}

const hasReadableHeaders = ({ header }: InboundMessage): boolean => {
  try {
    header('ce-id');
    return true;
  } catch {
    return false;
  }
};

const followsFromPlace = ({ header }: InboundMessage): boolean =>
  header('ce-id') === undefined && !/cloudevents\+json/i.test(header('content-type') ?? '');

const keyPartition = (encoded: string | undefined, partitions: number): number | undefined => {
  try {
    return encoded === undefined ? undefined : partitionOfKey(encoded, partitions);
  } catch {
    return undefined;
  }
};
