import type { InboundMessage } from './delivery.ts';
import type { OutboundMessage } from './ports.ts';
import type { EarlierTry, IncomingEvent } from './process.ts';

/** Why an event is copied: it is dead, it waits behind one that is, or it waits for its next try. */
export type CopyKind = EarlierTry['kind'];

/** What is noted on a copy besides, under `millrace-<kind>-<name>`; what is undefined is not noted. */
export type Notes = Readonly<Record<string, string | undefined>>;

/** The headers of an event: without instructions to a broker, and without what is noted on its copy. */
export const eventHeaders = (message: InboundMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(message.allHeaders()).filter(
      ([name]) =>
        !/^(nats|millrace-dead|millrace-parked|millrace-retry|millrace-moved)-/i.test(name),
    ),
  );

/**
 * A copy of an event that is set aside: its own bytes and headers, and where it came from.
 *
 * The body is left out when it may hold a secret in plain text, which must not rest anywhere.
 */
export const copyOf = (
  kind: CopyKind,
  subject: string,
  { message, envelope, mayHoldSecret, trace }: IncomingEvent,
  notes: Notes,
): OutboundMessage => {
  // Instructions to the broker were for the first publish, and an earlier setting aside is over.
  const headers: Record<string, string> = { ...eventHeaders(message) };
  const noted = {
    ...notes,
    secret: mayHoldSecret ? 'erased' : undefined,
    id: encodeURIComponent(envelope.id),
    stream: message.stream,
    sequence: String(message.sequence),
    subject: message.subject,
    'stored-at': new Date(message.storedAt).toISOString(),
    traceparent: trace?.traceparent,
  };
  for (const [name, value] of Object.entries(noted)) {
    if (value !== undefined) headers[`millrace-${kind}-${name}`] = value;
  }
  return { subject, headers, body: mayHoldSecret ? '' : message.body };
};

/** The try that made a copy; nothing when it was not traced. */
export const earlierTry = (
  kind: CopyKind,
  { header }: Pick<InboundMessage, 'header'>,
): EarlierTry | undefined => {
  const traceparent = header(`millrace-${kind}-traceparent`);
  return traceparent === undefined ? undefined : { kind, traceparent };
};

/**
 * What is left of a copy that is too large with its own headers on top: first without the event's
 * body, then without its headers too. Both stay in the stream, at the sequence it names.
 */
export const smallerCopies = (kind: CopyKind, copy: OutboundMessage): OutboundMessage[] => {
  const begin = `millrace-${kind}-`;
  const body = { [`${begin}body`]: leftBehind };
  const own = Object.entries(copy.headers).filter(([name]) => name.startsWith(begin));
  return [
    { ...copy, headers: { ...copy.headers, ...body }, body: '' },
    {
      ...copy,
      headers: { ...Object.fromEntries(own), ...body, [`${begin}headers`]: leftBehind },
      body: '',
    },
  ];
};

/** What a copy notes as its body that had no room for it. */
export const leftBehind = 'left in the stream';
