import type { ServiceStream } from '../contracts/streams.ts';
import type { ConsumerSight, StreamSight } from '../infra/pipeline/stream-watch.ts';
import type { Arrivals } from './arrivals.ts';
import type { Repeated } from './repeated.ts';

/** A stream that is looked at; nothing is seen where there is none. */
export interface ObservedStream {
  readonly stream: ServiceStream;
  readonly readings: Repeated<StreamSight | undefined>;
  readonly arrivals: Arrivals;
}

/** A consumer of a service and the stream that it reads. */
export interface ServiceConsumer extends ConsumerSight {
  readonly stream: string;
}

/** What waits for a service, over all that it reads. */
export interface KnownLag {
  readonly kind: 'known';
  readonly consumers: readonly ServiceConsumer[];
  readonly pending: number;
  readonly unacknowledged: number;
  /** What waits in a stream of retries for its time; it is not pending until then. */
  readonly scheduledRetries: number;
  /** Events that came in a second, lately; nothing while that is not known yet. */
  readonly arrivalsPerSecond: number | undefined;
  /** When the oldest of what waits was stored, milliseconds since 1970; nothing when nothing waits. */
  readonly oldestStoredAt: number | undefined;
  /** As of when this is, milliseconds since 1970: the oldest of the readings that it is made of. */
  readonly asOf: number;
}

export type ServiceLag = KnownLag | { readonly kind: 'unknown'; readonly why: string };

/**
 * Adds up what waits for a service, over every stream that it reads.
 *
 * Unknown while a stream is unseen of which it is not known that the service does not read it: a part
 * of the lag would look like all of it.
 */
export const lagOf = (service: string, streams: readonly ObservedStream[]): ServiceLag => {
  const parts: LagPart[] = [];
  for (const observed of streams) {
    const part = partOf(service, observed);
    if (typeof part === 'string') return { kind: 'unknown', why: part };
    if (part) parts.push(part);
  }
  const consumers = parts.flatMap((part) => part.consumers);
  return {
    kind: 'known',
    consumers,
    scheduledRetries: parts.reduce((sum, part) => sum + part.scheduledRetries, 0),
    arrivalsPerSecond: sumIfKnown(parts.map((part) => part.arrivalsPerSecond)),
    asOf: Math.min(...parts.map((part) => part.asOf)),
    ...sumOf(consumers),
  };
};

/** What one stream has of a service's lag. */
type LagPart = Pick<KnownLag, 'consumers' | 'scheduledRetries' | 'arrivalsPerSecond' | 'asOf'>;

/** Nothing where the service does not read; a sentence where nobody knows. */
const partOf = (
  service: string,
  { stream, readings, arrivals }: ObservedStream,
): LagPart | string | undefined => {
  const isOwn = stream.service === service;
  const seen = readings.seen();
  if (seen.kind === 'unseen') {
    const mayRead = isOwn || !seen.last || readersIn(service, seen.last).length > 0;
    return mayRead ? `the stream ${stream.name} cannot be read` : undefined;
  }
  const { value: sight, at: asOf } = seen;
  if (!sight) {
    const isNeeded = isOwn && stream.role !== 'retries';
    return isNeeded ? `there is no stream ${stream.name} yet` : undefined;
  }
  const own = readersIn(service, sight);
  if (!isOwn && own.length === 0) return undefined;
  const consumers = own.map((consumer) => ({ ...consumer, stream: stream.name }));
  // What is due is among the waiting.
  const isRetries = stream.role === 'retries';
  const scheduledRetries = isRetries ? Math.max(0, sight.messages - waitingIn(own)) : 0;
  // A retry has come in before.
  const arrivalsPerSecond = isRetries ? 0 : arrivals.perSecond(service);
  return { consumers, scheduledRetries, arrivalsPerSecond, asOf };
};

const sumIfKnown = (rates: readonly (number | undefined)[]): number | undefined =>
  rates.reduce<number | undefined>(
    (sum, rate) => (sum === undefined || rate === undefined ? undefined : sum + rate),
    0,
  );

const readersIn = (service: string, { consumers }: StreamSight): readonly ConsumerSight[] =>
  consumers.filter((consumer) => consumer.service === service);

const waitingIn = (consumers: readonly ConsumerSight[]): number =>
  consumers.reduce((sum, { pending, unacknowledged }) => sum + pending + unacknowledged, 0);

const sumOf = (consumers: readonly ConsumerSight[]) => {
  const oldest = consumers.flatMap(({ oldestStoredAt }) => oldestStoredAt ?? []);
  return {
    pending: consumers.reduce((sum, { pending }) => sum + pending, 0),
    unacknowledged: consumers.reduce((sum, { unacknowledged }) => sum + unacknowledged, 0),
    oldestStoredAt: oldest.length > 0 ? Math.min(...oldest) : undefined,
  };
};
