import type { Msg } from 'nats';
import type { HeaderReader } from '../../contracts/envelope.ts';
import { InvalidEvent } from '../../contracts/invalid-event.ts';
import type { InboundMessage } from '../pipeline/delivery.ts';
import {
  asciiLines,
  brokerLine,
  type Headers,
  linesStart,
  parseLines,
  readHeaders,
  readLines,
} from './header-lines.ts';
import type { StoredMessage } from './stored-message.ts';

/** What the reply subject of a delivery says (`$JS.ACK.…`, in its form of 9 or of 11 and more tokens). */
export interface DeliveryInfo {
  readonly stream: string;
  readonly delivered: number;
  readonly streamSequence: number;
  readonly consumerSequence: number;
  readonly storedAt: number;
  /** How many more the consumer has to deliver. */
  readonly pending: number;
}

/**
 * Reads a delivery's reply subject. @throws TypeError when it is none
 *
 * The usual form is read number by number from its end, without a list of its tokens.
 */
export const readReply = (reply: string): DeliveryInfo => {
  const end = { at: reply.length };
  const pending = numberBefore(reply, end);
  const isWhole = reply.lastIndexOf('.', end.at - 1) < end.at - 6;
  // Nanoseconds exceed what a number holds exactly: cut them off as text.
  end.at -= 6;
  const storedAt = numberBefore(reply, end);
  const consumerSequence = numberBefore(reply, end);
  const streamSequence = numberBefore(reply, end);
  const delivered = numberBefore(reply, end);
  const consumer = reply.lastIndexOf('.', end.at - 1);
  const at = reply.lastIndexOf('.', consumer - 1);
  const isUsual = isWhole && at === ackRoot.length - 1 && reply.startsWith(ackRoot);
  if (!isUsual || !(pending + storedAt + consumerSequence + streamSequence + delivered >= 0)) {
    return readTokens(reply);
  }
  const stream = reply.slice(at + 1, consumer);
  return { stream, delivered, streamSequence, consumerSequence, storedAt, pending };
};

const ackRoot = '$JS.ACK.';

/** The number that ends at a place, moved to before the dot in front of it; NaN when there is none. */
const numberBefore = (text: string, end: { at: number }): number => {
  let value = 0;
  let scale = 1;
  let at = end.at - 1;
  for (; at >= 0; at--) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    value += digit * scale;
    scale *= 10;
  }
  const isNumber = scale > 1 && text.charCodeAt(at) === 46;
  end.at = at;
  return isNumber ? value : Number.NaN;
};

/** Any form, by its tokens. @throws TypeError when it is none */
const readTokens = (reply: string): DeliveryInfo => {
  const tokens = reply.split('.');
  // The longer form has the domain and the account's hash before the stream.
  const at = tokens.length >= 11 ? 4 : 2;
  const storedAt = tokens[at + 5];
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || storedAt === undefined) {
    throw new TypeError(`not the reply subject of a delivery: ${reply}`);
  }
  return {
    stream: tokens[at] ?? '',
    delivered: Number(tokens[at + 2]),
    streamSequence: Number(tokens[at + 3]),
    consumerSequence: Number(tokens[at + 4]),
    storedAt: Number(storedAt.slice(0, -6)),
    pending: Number(tokens[at + 6]),
  };
};

/** A delivered message as the pipeline sees it; its headers are read when one is asked for. */
export const inboundOf = (message: Msg, info: DeliveryInfo): InboundMessage =>
  new Delivered(message, info);

/**
 * A class, because two functions a message cost more than all of its fields.
 *
 * Of the client's message it keeps the bytes alone: what a thousand events hold that wait for their
 * commit is copied by each round of the collector (`docs/performance.md`, state and facts).
 */
class Delivered implements InboundMessage {
  readonly subject: string;
  readonly stream: string;
  readonly sequence: number;
  readonly storedAt: number;
  readonly body: Uint8Array;
  /** Where the header lines begin in front of the body. */
  readonly #linesStart: number | undefined;
  /** Asked for its headers where they do not lie there. */
  readonly #message: Msg | undefined;
  #headers: LazyHeaders | undefined;

  constructor(message: Msg, { stream, streamSequence, storedAt }: DeliveryInfo) {
    this.subject = message.subject;
    this.stream = stream;
    this.sequence = streamSequence;
    this.storedAt = storedAt;
    this.body = message.data;
    this.#linesStart = linesStart(message, this.body);
    this.#message = this.#linesStart === undefined ? message : undefined;
  }

  get headerLines(): string | undefined {
    return this.#linesStart === undefined ? undefined : asciiLines(this.#linesStart, this.body);
  }

  get header(): HeaderReader {
    return (name) => this.#lazy().get(name);
  }

  get allHeaders(): InboundMessage['allHeaders'] {
    return () => this.#lazy().all();
  }

  #lazy(): LazyHeaders {
    this.#headers ??= new LazyHeaders(() => this.#read());
    return this.#headers;
  }

  #read(): Headers {
    if (this.#linesStart !== undefined) return readLines(this.#linesStart, this.body);
    return this.#message ? readHeaders(this.#message) : new Map();
  }
}

/** A message that was read out of a stream, as the pipeline sees it. */
export const inboundOfStored = (stream: string, message: StoredMessage): InboundMessage => {
  const { subject, sequence, storedAt, body } = message;
  const headers = new LazyHeaders(() =>
    message.headers === '' ? new Map() : parseLines(message.headers),
  );
  return {
    subject,
    stream,
    sequence,
    storedAt,
    body,
    header: (name) => headers.get(name),
    allHeaders: () => headers.all(),
  };
};

/** Headers in which the broker tells of a message that was read from the stream, not delivered. */
const aboutStored = /^Nats-(Stream|Subject|Sequence|Time-Stamp|Num-Pending|Last-Sequence)$/;

/**
 * A message that was read from a stream by direct get (ADR-31) as the pipeline sees it; nothing when
 * it is not one that a pipeline can see.
 */
export const storedInbound = (message: Msg, stream: string): InboundMessage | undefined => {
  const headers = new LazyHeaders(() => readHeaders(message));
  const sequence = brokerLine(message, 'Nats-Sequence');
  if (sequence === undefined) return undefined;
  return {
    subject: brokerLine(message, 'Nats-Subject') ?? '',
    stream,
    sequence: Number(sequence),
    storedAt: Date.parse(brokerLine(message, 'Nats-Time-Stamp') ?? ''),
    body: message.data,
    header: (name) => headers.get(name),
    allHeaders: () =>
      Object.fromEntries(Object.entries(headers.all()).filter(([name]) => !aboutStored.test(name))),
  };
};

class LazyHeaders {
  readonly #parse: () => Headers;
  #read: Headers | undefined;
  #byLowerCase: Headers | undefined;

  constructor(parse: () => Headers) {
    this.#parse = parse;
  }

  /** @throws InvalidEvent when they are malformed */
  get(name: string): string | undefined {
    this.#byLowerCase ??= withLowerCaseNames(this.#headers());
    return this.#byLowerCase.get(name) || undefined;
  }

  all(): Readonly<Record<string, string>> {
    try {
      return Object.fromEntries(this.#headers());
    } catch {
      // Malformed: the event is a dead letter for that reason, and has none to show.
      return {};
    }
  }

  #headers(): Headers {
    try {
      this.#read ??= this.#parse();
      return this.#read;
    } catch (cause) {
      throw new InvalidEvent('invalid-envelope', 'the headers are malformed', { cause });
    }
  }
}

/**
 * Headers by lower-case names, whatever their spelling: NATS keeps case, producers do not.
 *
 * A message that says `ce-specversion` spells the rest alike; only others have their names folded.
 */
const withLowerCaseNames = (headers: Headers): Headers =>
  headers.has('ce-specversion')
    ? headers
    : new Map([...headers].map(([name, value]) => [name.toLowerCase(), value]));
