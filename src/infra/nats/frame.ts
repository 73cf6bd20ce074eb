import { ErrorCode, NatsError } from 'nats';
import type { OutboundMessage } from '../pipeline/ports.ts';
import { headerLines } from './header-lines.ts';

/** What is said to the broker with a message, and not kept as part of it. */
export interface Saying {
  /** Header lines, each with its end. */
  readonly toBroker: string;
  /** Where to answer; nowhere when it is left out. */
  readonly reply?: string;
}

/** A message as it goes over the wire: `HPUB` with its headers, then its body. */
export interface Frame {
  /** The protocol's line and the headers. */
  readonly head: string;
  readonly headBytes: number;
  readonly body: string | Uint8Array;
  readonly bodyBytes: number;
  /** All of it, with the end of the line behind the body. */
  readonly bytes: number;
}

/**
 * Makes a message's frame.
 *
 * @param mostBytes what the server takes as headers and body: beyond it, it would end the connection
 * @throws TypeError for a header that would end its line, NatsError for a message that is too large
 */
export const frameOf = (
  { subject, headers, body }: OutboundMessage,
  { toBroker, reply }: Saying,
  mostBytes = Number.POSITIVE_INFINITY,
): Frame => {
  const lines = `NATS/1.0\r\n${toBroker}${headerLines(headers)}\r\n`;
  const lineBytes = Buffer.byteLength(lines);
  const bodyBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const payloadBytes = lineBytes + bodyBytes;
  if (payloadBytes > mostBytes) throw NatsError.errorForCode(ErrorCode.MaxPayloadExceeded);
  const to = reply === undefined ? subject : `${subject} ${reply}`;
  const head = `HPUB ${to} ${lineBytes} ${payloadBytes}\r\n${lines}`;
  const headBytes = lineBytes === lines.length ? head.length : Buffer.byteLength(head);
  return { head, headBytes, body, bodyBytes, bytes: headBytes + bodyBytes + 2 };
};

/** Writes a frame from a place of a buffer on, which has room for it; returns where it ends. */
export const writeFrame = (
  buffer: Buffer,
  start: number,
  { head, headBytes, body, bodyBytes }: Frame,
): number => {
  writeText(buffer, start, head, headBytes);
  const at = start + headBytes;
  if (typeof body === 'string') writeText(buffer, at, body, bodyBytes);
  else buffer.set(body, at);
  buffer[at + bodyBytes] = 13;
  buffer[at + bodyBytes + 1] = 10;
  return at + bodyBytes + 2;
};

/** What is ASCII is copied as it is, several times faster than it is encoded. */
const writeText = (buffer: Buffer, at: number, text: string, bytes: number): void => {
  buffer.write(text, at, bytes === text.length ? 'latin1' : 'utf8');
};
