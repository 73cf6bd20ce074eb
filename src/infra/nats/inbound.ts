import type { Msg, MsgHdrs } from 'nats';
import type { HeaderReader } from '../../contracts/envelope.ts';
import { InvalidEvent } from '../../contracts/invalid-event.ts';
import type { InboundMessage } from '../pipeline/delivery.ts';

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

/** Reads a delivery's reply subject. @throws TypeError when it is none */
export const readReply = (reply: string): DeliveryInfo => {
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
    // Nanoseconds exceed what a number holds exactly: cut them off as text.
    storedAt: Number(storedAt.slice(0, -6)),
    pending: Number(tokens[at + 6]),
  };
};

/** A delivered message as the pipeline sees it. */
export const inboundOf = (message: Msg, info: DeliveryInfo): InboundMessage => {
  const headers = readHeaders(message);
  return {
    subject: message.subject,
    stream: info.stream,
    sequence: info.streamSequence,
    storedAt: info.storedAt,
    body: message.data,
    header: headers === 'unreadable' ? refuseHeaders : headerReader(headers),
    allHeaders: () => (headers === 'unreadable' ? {} : allHeaders(headers)),
  };
};

/** The client decodes headers on first access, and throws at a name that no header may have. */
const readHeaders = (message: Msg): MsgHdrs | undefined | 'unreadable' => {
  try {
    return message.headers;
  } catch {
    return 'unreadable';
  }
};

const refuseHeaders: HeaderReader = () => {
  throw new InvalidEvent('invalid-envelope', 'the headers are malformed');
};

const noHeaders: HeaderReader = () => undefined;

/**
 * Reads headers by lower-case names, whatever their spelling: NATS keeps case, producers do not.
 *
 * A message that says `ce-specversion` spells the rest alike; only others have their names folded.
 */
const headerReader = (headers: MsgHdrs | undefined): HeaderReader => {
  if (!headers) return noHeaders;
  if (headers.has('ce-specversion')) return (name) => headers.get(name) || undefined;
  const folded = new Map(headers.keys().map((key) => [key.toLowerCase(), headers.get(key)]));
  return (name) => folded.get(name) || undefined;
};

const allHeaders = (headers: MsgHdrs | undefined): Record<string, string> =>
  Object.fromEntries((headers?.keys() ?? []).map((key) => [key, headers?.get(key) ?? '']));
