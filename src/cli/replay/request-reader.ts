import type { EventContract } from '../../contracts/define-event.ts';
import { type Envelope, readStructured, writeHeaders } from '../../contracts/envelope.ts';
import { InvalidEvent } from '../../contracts/invalid-event.ts';
import { readData } from '../../contracts/read-data.ts';
import { requestSubject } from '../../contracts/streams.ts';
import type { OutboundMessage } from '../../infra/pipeline/ports.ts';
import type { Line } from './byte-lines.ts';
import type { KnownRequests } from './known-requests.ts';

/** A request event that a line asks for, ready to be published. */
export interface Request {
  readonly id: string;
  readonly type: string;
  readonly message: OutboundMessage;
  /** The key whose events stay in order. */
  readonly key: string;
  /** Everything that its data names: the keys of others among them. */
  readonly names: readonly string[];
}

/** What is in a line: a request event, or the reason why it is none. */
export type ReadLine =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'bad'; readonly reason: string };

/** How lines are read. */
export interface ReaderOptions {
  readonly known: KnownRequests;
  /** Lets events through that break their contract, so that the workers refuse them. */
  readonly asIs: boolean;
  /** The id of a line that states none. */
  readonly idOf: (line: number) => string;
  /** What becomes of an id that a line states. @default it stays */
  readonly restate?: (id: string) => string;
  /** RFC 3339; the time of a line that states none. */
  readonly now: () => string;
}

/** What is to be published of a line, and under which key. */
interface Sent {
  readonly envelope: Envelope;
  readonly data: unknown;
  readonly key: string;
}

/** Who says it, when the line does not. */
const source = 'urn:millrace:replay';

const noHeaders = (): undefined => undefined;

/** Reads request events from lines: `{"type":…,"data":…}` or a structured CloudEvent. */
export class RequestReader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  read(line: Line): ReadLine {
    try {
      if (line.problem !== undefined) return { kind: 'bad', reason: line.problem };
      return { kind: 'request', request: this.#request(parseObject(line.text), line.number) };
    } catch (error) {
      // The message of an InvalidEvent names fields and rules, never values.
      if (error instanceof InvalidEvent) return { kind: 'bad', reason: error.message };
      throw error;
    }
  }

  #request(document: object, line: number): Request {
    const { idOf, now, asIs } = this.#options;
    const defaults = { id: idOf(line), type: '', source, time: now() };
    const { envelope, data } = readStructured(this.#restated(document), noHeaders, defaults);
    if (envelope.type === '') throw new InvalidEvent('invalid-envelope', 'type is missing');
    const sent = this.#valid(envelope, data) ?? this.#broken(envelope, data);
    return requestOf(sent, asIs ? statedKey(document) : undefined);
  }

  #restated(document: object): object {
    const { restate } = this.#options;
    return restate && 'id' in document && typeof document.id === 'string'
      ? { ...document, id: restate(document.id) }
      : document;
  }

  /** The event as its contract wants it: the fields of its version, and no others. */
  #valid(envelope: Envelope, given: unknown): Sent | undefined {
    const { known, asIs } = this.#options;
    try {
      const contract = known.contractOf(envelope.type);
      const { data, version } = readData(contract, given, envelope.version);
      const sent = version === contract.version ? data : olderData(contract, version, given);
      return { envelope: { ...envelope, version }, data: sent, key: contract.key(data) };
    } catch (error) {
      if (error instanceof InvalidEvent && asIs && known.mayBeBroken(envelope.type)) return;
      throw error;
    }
  }

  #broken(envelope: Envelope, data: unknown): Sent {
    return { envelope, data, key: this.#options.known.likelyKey(envelope.type, data) };
  }
}

const parseObject = (text: string): object => {
  const value = parseJson(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new InvalidEvent('undecodable', 'not a JSON object');
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the line.
    throw new InvalidEvent('undecodable', 'not JSON');
  }
};

const olderData = (contract: EventContract, version: number, given: unknown): unknown =>
  contract.upcasters[version]?.data.parse(given);

/** The key under which the line itself wants to be published, right or wrong. */
const statedKey = (document: object): string | undefined => {
  const stated = 'partitionkey' in document ? document.partitionkey : undefined;
  return typeof stated === 'string' && stated !== '' ? stated : undefined;
};

const requestOf = ({ envelope, data, key }: Sent, stated: string | undefined): Request => ({
  id: envelope.id,
  type: envelope.type,
  message: {
    subject: requestSubject(envelope.type, stated ?? key),
    headers: writeHeaders(envelope),
    body: JSON.stringify(data) ?? 'null',
  },
  key,
  names: namesIn(data),
});

const namesIn = (data: unknown): readonly string[] =>
  typeof data === 'object' && data !== null
    ? Object.values(data).filter((value) => typeof value === 'string' && value.length <= 128)
    : [];
