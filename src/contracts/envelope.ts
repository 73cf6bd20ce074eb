import { InvalidEvent } from './invalid-event.ts';
import { readUsualHeaders } from './usual-headers.ts';

/**
 * What is known of an event besides its data: the attributes of CloudEvents 1.0, and ours.
 *
 * In binary mode they travel as headers `ce-<name>` (CloudEvents NATS protocol binding); in structured
 * mode (`content-type: application/cloudevents+json`) beside the data in one JSON document.
 */
export interface Envelope {
  /** Globally unique; the same event published again has the same id. */
  readonly id: string;
  readonly type: string;
  /** Who said it, a URI reference. */
  readonly source: string;
  /** When, RFC 3339. */
  readonly time: string;
  /** The version of the data; absent when the producer did not say. Extension `dataversion`. */
  readonly version?: number | undefined;
  /** The id of the event that began the whole chain. Extension `correlationid`. */
  readonly correlationId: string;
  /** The id of the event that caused this one. Extension `causationid`. */
  readonly causationId?: string | undefined;
  /** W3C Trace Context, carried through unchanged. */
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** Reads one header by its lower-case name. */
export type HeaderReader = (name: string) => string | undefined;

/** Values that stand in for attributes which a foreign producer left out. */
export interface EnvelopeDefaults {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly time: string;
}

const structured = 'application/cloudevents+json';
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads an event's envelope and its undecoded data from a message in binary or structured mode.
 *
 * A message without any attribute is a plain JSON document of a foreign producer: all comes from the defaults.
 *
 * @param lines the header lines, where they are at hand: a shorter way for what Millrace itself writes
 * @throws InvalidEvent `undecodable` when the body is not JSON, `invalid-envelope` naming the attribute.
 */
export const readEnvelope = (
  header: HeaderReader,
  body: Uint8Array,
  defaults: EnvelopeDefaults,
  lines?: string,
): { readonly envelope: Envelope; readonly data: unknown } => {
  const document = parseJson(body);
  const usual = lines === undefined ? undefined : readUsualHeaders(lines);
  if (usual) return { envelope: usual, data: document };
  if (!header('content-type')?.toLowerCase().startsWith(structured)) {
    return {
      envelope: envelopeFrom((name) => decodeHeader(header(`ce-${name}`)), header, defaults),
      data: document,
    };
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new InvalidEvent('invalid-envelope', 'a structured CloudEvent is a JSON object');
  }
  return readStructured(document, header, defaults);
};

/** Reads a structured CloudEvent that is already parsed: a line of a replay file, say. */
export const readStructured = (
  document: object,
  header: HeaderReader,
  defaults: EnvelopeDefaults,
): { readonly envelope: Envelope; readonly data: unknown } => {
  const attributes = new Map<string, unknown>(Object.entries(document));
  const attribute = (name: string): string | undefined => {
    const value = attributes.get(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    throw new InvalidEvent('invalid-envelope', `attribute ${name} is not a string`);
  };
  if (attributes.has('data_base64')) {
    throw new InvalidEvent('invalid-envelope', 'data_base64 is not supported: send JSON in data');
  }
  return { envelope: envelopeFrom(attribute, header, defaults), data: attributes.get('data') };
};

const envelopeFrom = (
  attribute: HeaderReader,
  header: HeaderReader,
  defaults: EnvelopeDefaults,
): Envelope => {
  const specversion = attribute('specversion');
  if (specversion !== undefined && specversion !== '1.0') {
    throw new InvalidEvent('invalid-envelope', 'specversion: only 1.0 is supported');
  }
  const id = text('id', attribute('id')) ?? defaults.id;
  return {
    id,
    type: text('type', attribute('type')) ?? defaults.type,
    source: text('source', attribute('source')) ?? defaults.source,
    time: timestamp(attribute('time')) ?? defaults.time,
    version: positive(attribute('dataversion')),
    correlationId: text('correlationid', attribute('correlationid')) ?? id,
    causationId: text('causationid', attribute('causationid')),
    traceparent: header('traceparent') ?? attribute('traceparent'),
    tracestate: header('tracestate') ?? attribute('tracestate'),
  };
};

/** The headers of an event in binary mode. */
export const writeHeaders = (envelope: Envelope): Record<string, string> => {
  const headers: Record<string, string> = {
    'ce-specversion': '1.0',
    'ce-id': encodeHeader(envelope.id),
    'ce-type': envelope.type,
    'ce-source': encodeHeader(envelope.source),
    'ce-time': envelope.time,
    'content-type': 'application/json',
    'ce-correlationid': encodeHeader(envelope.correlationId),
  };
  if (envelope.version !== undefined) headers['ce-dataversion'] = String(envelope.version);
  if (envelope.causationId !== undefined)
    headers['ce-causationid'] = encodeHeader(envelope.causationId);
  if (envelope.traceparent !== undefined) headers['traceparent'] = oneLine(envelope.traceparent);
  if (envelope.tracestate !== undefined) headers['tracestate'] = oneLine(envelope.tracestate);
  return headers;
};

const parseJson = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(decoder.decode(body));
  } catch {
    throw new InvalidEvent('undecodable', `the body is not JSON in UTF-8 (${body.length} bytes)`);
  }
};

// Control characters would end a header line or hide in a log line; half a character is no UTF-8.
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
const printable = /^[^\u0000-\u001f\u007f\p{Surrogate}]{1,256}$/u;

const text = (name: string, value: string | undefined): string | undefined => {
  if (value === undefined || printable.test(value)) return value;
  throw new InvalidEvent('invalid-envelope', `${name}: 1 to 256 characters, no control characters`);
};

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const timestamp = (value: string | undefined): string | undefined => {
  if (value === undefined || (rfc3339.test(value) && !Number.isNaN(Date.parse(value))))
    return value;
  throw new InvalidEvent('invalid-envelope', 'time: an RFC 3339 date and time');
};

const positive = (value: string | undefined): number | undefined => {
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new InvalidEvent('invalid-envelope', 'dataversion: a whole number from 1');
};

const plainHeader = /^[\x21\x23\x24\x26-\x7e]*$/;

/** Percent-encodes what a header cannot carry, as the HTTP binding of CloudEvents does. */
const encodeHeader = (value: string): string =>
  // Nearly every value is plain, and seeing that costs less than looking for what to replace.
  plainHeader.test(value) ? value : escapeHeader(value);

const escapeHeader = (value: string): string =>
  value.replace(/[^\x21\x23\x24\x26-\x7e]/gu, (character) => encodeURIComponent(character));

/** Trace Context is printable ASCII and goes on as it came; anything else must not end the line. */
const oneLine = (value: string): string =>
  value.replace(/[^\x20-\x7e]/gu, (character) => encodeURIComponent(character));

const decodeHeader = (value: string | undefined): string | undefined => {
  if (value === undefined || !value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    throw new InvalidEvent('invalid-envelope', 'a header attribute is not percent-encoded UTF-8');
  }
};
