import type { EventContract } from '../../contracts/define-event.ts';
import { type Envelope, type EnvelopeDefaults, readEnvelope } from '../../contracts/envelope.ts';
import { InvalidEvent } from '../../contracts/invalid-event.ts';
import { readData } from '../../contracts/read-data.ts';
import { placeOf, readSubject, type ServiceStream } from '../../contracts/streams.ts';
import { builtInRoutes } from './built-in-routes.ts';
import type { InboundMessage } from './delivery.ts';
import type { AnyRoute } from './handler.ts';
import type { IncomingEvent } from './process.ts';

/** Makes an event of a message; what is wrong with it becomes its `problem`, nothing is thrown. */
export type Decode = (message: InboundMessage) => IncomingEvent;

/**
 * Reads messages for one service: its own request events and the facts of others that it handles.
 *
 * Attributes that a foreign producer left out are derived: the type from the subject, the id from
 * stream, sequence and time, the time from the stream.
 */
export const decoder = (stream: ServiceStream, routes: readonly AnyRoute[]): Decode => {
  const known = [...routes, ...builtInRoutes(stream)];
  const byType = new Map(known.map((route) => [route.contract.type, route]));
  return (message) => {
    const subject = readSubject(message.subject);
    const defaults = new Derived(message, subject?.type ?? 'unknown');
    const route = byType.get(defaults.type);
    const own = message.stream === stream.name;
    let envelope: Envelope | undefined;
    try {
      // A fact that nobody here handles is not even read.
      if (!route && !own) return unread(message, defaults.envelope(), subject?.partition);
      const read = readEnvelope(message.header, message.body, defaults, message.headerLines);
      envelope = read.envelope;
      if (!route)
        throw new InvalidEvent('unknown-type', `${stream.service} handles no ${defaults.type}`);
      const { data, key } = readContract(route.contract, envelope, read.data);
      const place = placeOf(stream, key);
      if (own) checkPartition(place.partition, subject?.partition);
      return eventOf(message, { envelope, data, key, place, route });
    } catch (error) {
      const problem = problemOf(error, defaults.type);
      envelope ??= defaults.envelope();
      const mayHoldSecret = own && (route ? hasSecret(route) : routes.some(hasSecret));
      return { ...unread(message, envelope, subject?.partition), route, problem, mayHoldSecret };
    }
  };
};

/** A step of a contract that fails says so by its error's name; the message may hold a value. */
const problemOf = (error: unknown, type: string): InvalidEvent => {
  if (error instanceof InvalidEvent) return error;
  const name = error instanceof Error ? error.name : typeof error;
  return new InvalidEvent('invalid-data', `${type}: its contract fails with ${name}`, {
    cause: error,
  });
};

const readContract = (
  contract: EventContract,
  { type, version }: Envelope,
  raw: unknown,
): { readonly data: unknown; readonly key: string } => {
  if (type !== contract.type) {
    throw new InvalidEvent(
      'invalid-envelope',
      `type: published as ${contract.type}, says another type`,
    );
  }
  const { data } = readData(contract, raw, version);
  return { data, key: contract.key(data) };
};

const checkPartition = (expected: number, actual: number | undefined): void => {
  if (expected !== actual) {
    throw new InvalidEvent(
      'wrong-key',
      `the key in the data belongs to partition ${expected}, the subject's last token to ${actual}: it must be the key, or ~ and its SHA-256 where the key is no plain token`,
    );
  }
};

const unread = (
  message: InboundMessage,
  envelope: Envelope,
  partition: number | undefined,
): IncomingEvent =>
  eventOf(message, {
    envelope,
    data: undefined,
    key: '',
    place: { token: '', partition: partition ?? 0 },
    route: undefined,
  });

/**
 * An event at the beginning of its way.
 *
 * Field by field on purpose: spread out of an object of defaults, which the engine does slowly, an
 * event cost its process twice as much (`npm run bench -- --rows reaction`).
 */
const eventOf = (
  message: InboundMessage,
  {
    envelope,
    data,
    key,
    place,
    route,
  }: Pick<IncomingEvent, 'envelope' | 'data' | 'key' | 'place' | 'route'>,
): IncomingEvent => ({
  message,
  envelope,
  data,
  key,
  place,
  route,
  problem: undefined,
  mayHoldSecret: false,
  attempt: 1,
  deliveries: 1,
  // There from the beginning, so that events look alike to the engine, traced or not.
  trace: undefined,
});

const hasSecret = ({ contract }: AnyRoute): boolean => contract.secret.length > 0;

/** The attributes that follow from where a message lies; each made only when it was left out. */
export class Derived implements EnvelopeDefaults {
  readonly type: string;
  readonly #message: InboundMessage;

  constructor(message: InboundMessage, type: string) {
    this.#message = message;
    this.type = type;
  }

  get id(): string {
    const { stream, sequence, storedAt } = this.#message;
    return `${stream}.${sequence}.${storedAt}`;
  }

  get source(): string {
    return `nats://${this.#message.stream}`;
  }

  get time(): string {
    return new Date(this.#message.storedAt).toISOString();
  }

  /** All of an envelope, for a message whose own is not read. */
  envelope(): Envelope {
    const { id, type, source, time } = this;
    return { id, type, source, time, correlationId: id };
  }
}
