import { ErrorCode, NatsError } from 'nats';
import type { OutboundMessage } from '../pipeline/ports.ts';
import { headerBlock } from './header-lines.ts';

/** What is said to the broker with a message, and not kept as part of it. */
export interface Saying {
  /** Header lines, each behind its line break. */
  readonly toBroker: string;
  /** Where to answer; nowhere when it is left out. */
  readonly reply?: string;
}

/** A message as it goes over the wire: `HPUB` with its headers, then its body. */
export interface Frame {
  /** The protocol's line, with its end. */
  readonly command: string;
  readonly commandBytes: number;
  readonly lines: string;
  readonly lineBytes: number;
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
  const lines = headerBlock(toBroker, headers);
  const lineBytes = Buffer.byteLength(lines);
  const bodyBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const payloadBytes = lineBytes + bodyBytes;
  if (payloadBytes > mostBytes) throw NatsError.errorForCode(ErrorCode.MaxPayloadExceeded);
  const to = reply === undefined ? subject : `${subject} ${reply}`;
  const command = `HPUB ${to} ${lineBytes} ${payloadBytes}\r\n`;
  const commandBytes = Buffer.byteLength(command);
  const bytes = commandBytes + payloadBytes + 2;
  return { command, commandBytes, lines, lineBytes, body, bodyBytes, bytes };
};

/** Writes a frame from a place of a buffer on, which has room for it; returns where it ends. */
export const writeFrame = (
  buffer: Buffer,
  start: number,
  { command, commandBytes, lines, lineBytes, body, bodyBytes }: Frame,
): number => {
  writeText(buffer, start, command, commandBytes);
  writeText(buffer, start + commandBytes, lines, lineBytes);
  const at = start + commandBytes + lineBytes;
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
