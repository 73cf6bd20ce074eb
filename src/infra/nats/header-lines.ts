import type { Msg, MsgHdrs } from 'nats';

/** Headers by their names as they were sent; of a repeated name the first value. */
export type Headers = ReadonlyMap<string, string>;

/** What a header's name may consist of; the client refuses the same. */
const isName = (name: string): boolean => /^[!-9;-~]*$/.test(name);
const hasLineBreak = (value: string): boolean => value.includes('\n') || value.includes('\r');

/**
 * Reads a message's headers, none when there are none. @throws TypeError when they are malformed
 *
 * The client makes an object of them whose every step searches a list of all names, which costs
 * twice as much as reading the lines here (measured, `docs/performance.md`).
 */
export const readHeaders = (message: Msg): Headers => {
  const text = headerText(message);
  if (text !== undefined) return parseLines(text);
  const headers = message.headers;
  return new Map(headers?.keys().map((name) => [name, headers.get(name)]));
};

/** What the client's messages have besides what its types say. */
interface Sized {
  /** The bytes of subject, reply subject, headers and body. */
  readonly size?: () => number;
}

/**
 * Where header lines begin in the buffer that the message's body lies in: they are what comes before it.
 *
 * Nothing when they are not there, as they would not be were the body a copy: then the client is asked.
 *
 * @param body the message's `data`, which the client makes anew whenever it is asked for
 */
export const linesStart = (message: Msg & Sized, body: Uint8Array): number | undefined => {
  const { subject, reply = '' } = message;
  const length = (message.size?.() ?? 0) - subject.length - reply.length - body.length;
  const start = body.byteOffset - length;
  return length > 0 && start >= 0 && areLines(viewOf(body.buffer), start, body.byteOffset)
    ? start
    : undefined;
};

/** They begin with `NATS/1.0` and end with an empty line; a look at both ends is enough. */
const areLines = (bytes: Buffer, start: number, end: number): boolean =>
  bytes[start] === 78 && bytes[start + 4] === 47 && bytes[end - 1] === 10 && bytes[end - 3] === 10;

/** The lines in front of a body, byte by byte: right for ASCII only, and cheaper than UTF-8. */
export const asciiLines = (start: number, body: Uint8Array): string =>
  viewOf(body.buffer).latin1Slice(start, body.byteOffset);

/** Reads the lines in front of a body. @throws TypeError when they are malformed */
export const readLines = (start: number, body: Uint8Array): Headers =>
  parseLines(viewOf(body.buffer).utf8Slice(start, body.byteOffset));

const headerText = (message: Msg): string | undefined => {
  const body = message.data;
  const start = linesStart(message, body);
  return start === undefined ? undefined : viewOf(body.buffer).utf8Slice(start, body.byteOffset);
};

/**
 * What the broker says of a message that it read from its stream: a line that it appended, so the last
 * one of its name. It can be read although the message's own headers are malformed.
 */
export const brokerLine = (message: Msg, name: string): string | undefined => {
  const text = headerText(message);
  if (text === undefined) return message.headers?.get(name) || undefined;
  const at = text.lastIndexOf(`\r\n${name}: `);
  if (at === -1) return undefined;
  const start = at + name.length + 4;
  return text.slice(start, text.indexOf('\r\n', start)).trim();
};

/** Many messages lie in one buffer, as they came from the socket. */
let lastView = Buffer.alloc(0);

const viewOf = (buffer: ArrayBufferLike): Buffer & Slices => {
  if (lastView.buffer !== buffer) lastView = Buffer.from(buffer as ArrayBuffer);
  return lastView as Buffer & Slices;
};

/** What `toString` calls, without looking at its arguments first. */
interface Slices {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
}

/** Reads header lines, from `NATS/1.0` on. @throws TypeError when they are malformed */
export const parseLines = (text: string): Headers => {
  const headers = new Map<string, string>();
  let start = text.indexOf('\r\n') + 2;
  for (let end = text.indexOf('\r\n', start); end !== -1; end = text.indexOf('\r\n', start)) {
    const colon = text.indexOf(':', start);
    if (colon !== -1 && colon < end) {
      const name = text.slice(start, colon);
      const value = text.slice(colon + 1, end).trim();
      if (!isName(name) || hasLineBreak(value)) throw new TypeError('the headers are malformed');
      if (!headers.has(name)) headers.set(name, value);
    }
    start = end + 2;
  }
  return headers;
};

/**
 * Headers for the client to send: the lines that are for the broker, then those of the message.
 *
 * All that the client asks of headers at sending is their bytes. @throws TypeError for a name or
 * value that would end its line
 */
export const writeHeaderLines = (
  toBroker: string,
  headers: Readonly<Record<string, string>>,
): MsgHdrs => {
  const bytes = Buffer.from(headerBlock(toBroker, headers), 'utf8');
  return { encode: () => bytes } as unknown as MsgHdrs;
};

/**
 * All that stands in front of a body.
 *
 * @param toBroker lines that are for the broker, each behind its line break
 * @throws TypeError for a name or value that would end its line
 */
export const headerBlock = (
  toBroker: string,
  headers: Readonly<Record<string, string>>,
): string => {
  let block = `NATS/1.0${toBroker}`;
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (hasLineBreak(value)) throw new TypeError(`malformed header ${name}`);
    block += (beginnings.get(name) ?? beginningOf(name)) + value;
  }
  return `${block}\r\n\r\n`;
};

/**
 * The beginnings of lines, with the names that were found to be right; those of foreign producers
 * could be any number. Two strings a line instead of four, and the few names that there are, are
 * looked up faster than they are looked at.
 */
const beginnings = new Map<string, string>();
const mostNames = 1_000;

const beginningOf = (name: string): string => {
  if (!isName(name)) throw new TypeError(`malformed header ${name}`);
  const beginning = `\r\n${name}: `;
  if (beginnings.size < mostNames) beginnings.set(name, beginning);
  return beginning;
};
