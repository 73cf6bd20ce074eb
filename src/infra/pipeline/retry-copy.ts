import { InvalidEvent } from '../../contracts/invalid-event.ts';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { Decode } from './decode.ts';
import { copyOf, earlierTry } from './event-copy.ts';
import type { ScheduledRetry } from './ports.ts';
import type { IncomingEvent, Postponed } from './process.ts';
import { copiedEvent } from './restore-event.ts';

/**
 * The copy of an event that waits for its next try: its own bytes and headers, the place where it
 * lay, and how often it has been tried. Its id follows from place and count, so that a process which
 * ended before it acknowledged the event does not postpone it twice.
 *
 * @param attempt the number of the next try
 * @param afterMs how long from now that is due
 */
export const retryCopy = (
  event: IncomingEvent,
  attempt: number,
  afterMs: number,
): ScheduledRetry => {
  const { message, place, postponed, deliveries } = event;
  const times = (postponed?.times ?? 0) + 1;
  const { headers, body } = copyOf('retry', '', event, {
    attempt: String(attempt),
    times: String(times),
    deliveries: String(deliveries + (postponed?.deliveries ?? 0)),
  });
  const { stream, sequence, storedAt } = message;
  return {
    place: { stream, sequence, storedAt, partition: place.partition },
    id: `retry.${stream}.${sequence}.${storedAt}.${times}`,
    headers,
    body,
    afterMs,
  };
};

/**
 * Reads what comes from a service's retry stream: the event as it lay where it was published, and
 * its history. Nothing that it goes through then sees that it was postponed.
 */
export const retryDecoder =
  (stream: ServiceStream, decode: Decode, decodeFact: Decode): Decode =>
  (copy) => {
    try {
      const message = copiedEvent('retry', copy);
      const attempt = countIn(copy.header('millrace-retry-attempt'));
      const postponed: Postponed = {
        times: countIn(copy.header('millrace-retry-times')),
        deliveries: countIn(copy.header('millrace-retry-deliveries')),
      };
      const event = message.stream === stream.name ? decode(message) : decodeFact(message);
      return { ...event, attempt, postponed, earlier: earlierTry('retry', copy) };
    } catch (cause) {
      const problem = new InvalidEvent('invalid-envelope', 'it is no copy of an event', { cause });
      return { ...decode(copy), problem };
    }
  };

/** A whole number from 1. @throws TypeError */
const countIn = (text: string | undefined): number => {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new TypeError(`no count: ${text}`);
};
