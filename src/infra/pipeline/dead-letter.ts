import { deadSubject, parkedSubject, type ServiceStream } from '../../contracts/streams.ts';
import { copyOf } from './event-copy.ts';
import type { OnExhausted } from './handler.ts';
import type { OutboundMessage } from './ports.ts';
import type { IncomingEvent } from './process.ts';

/** Who writes dead letters: put on record, so that a bad release can be found. */
export interface Undertaker {
  /** The process: host and number. */
  readonly worker: string;
  /** The version of the service that it runs. */
  readonly version: string;
}

/** What is put on record of an event that is dead. */
export interface Death {
  readonly reason: string;
  readonly error: string;
  readonly attempts: number;
  /** When, milliseconds since 1970. */
  readonly at: number;
  readonly by: Undertaker;
  /** What became of its key; nothing when it has none that could be read. */
  readonly key?: OnExhausted | undefined;
}

/**
 * The dead letter of an event: whole and replayable, with its history.
 *
 * What it says under `millrace-dead-…` is the table of `docs/dead-letters.md`.
 */
export const deadLetter = (
  stream: ServiceStream,
  event: IncomingEvent,
  { reason, error, attempts, at, by, key }: Death,
): OutboundMessage =>
  copyOf('dead', deadSubject(stream, event.place.partition, event.envelope.type), event, {
    reason,
    error: oneLine(error),
    attempts: String(attempts),
    deliveries: String(event.deliveries + (event.postponed?.deliveries ?? 0)),
    at: new Date(at).toISOString(),
    worker: by.worker,
    version: by.version,
    key: encodedKey(event),
    'on-exhausted': key,
  });

/** The copy of an event that waits behind a dead letter of its key, given by the dead event's id. */
export const parkedCopy = (
  stream: ServiceStream,
  event: IncomingEvent,
  behind: string,
): OutboundMessage =>
  copyOf('parked', parkedSubject(stream, event.place), event, {
    behind: encodeURIComponent(behind),
  });

/** Nothing where there is none, or none that a header can carry: a key with half a character. */
const encodedKey = ({ key }: IncomingEvent): string | undefined =>
  key === '' || /\p{Surrogate}/u.test(key) ? undefined : encodeURIComponent(key);

/** A header's value is one line of printable ASCII. */
const oneLine = (text: string): string =>
  text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .slice(0, 1000)
    .trim();
