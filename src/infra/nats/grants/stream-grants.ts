import { movingFilter } from '../../../contracts/moving-stream.ts';
import {
  retryFilters,
  retryStreamOf,
  type ServiceStream,
  subjectsOf,
} from '../../../contracts/streams.ts';
import type { ConsumerDeclaration } from '../../pipeline/ports.ts';
import { consumersOf } from '../consumer-settings.ts';
import { api, type Grant } from './grant.ts';

/** Makes a stream where there is none, and says how its settings are to change. */
export const makesStream = ({ name }: ServiceStream): Grant => ({
  publish: api(`STREAM.INFO.${name}`, `STREAM.CREATE.${name}`, `STREAM.UPDATE.${name}`),
});

/** Makes a stream where there is none; one that is there stays as it is. */
export const findsStream = ({ name }: ServiceStream): Grant => ({
  publish: api(`STREAM.INFO.${name}`, `STREAM.CREATE.${name}`),
});

/**
 * Reads what a stream holds, whole: which messages is in the request, where no permission looks. It
 * sees how far its readers are, too, and whether a stream of retries is beside it.
 */
export const readsStream = (stream: ServiceStream): Grant => ({
  publish: api(
    `STREAM.INFO.${stream.name}`,
    `STREAM.INFO.${retryStreamOf(stream).name}`,
    `STREAM.MSG.GET.${stream.name}`,
    `DIRECT.GET.${stream.name}`,
    ...seen(stream),
  ),
});

/** How far the readers of a stream are, and of the stream of retries beside it. */
const seen = (stream: ServiceStream): string[] =>
  [stream.name, retryStreamOf(stream).name].flatMap((name) => [
    `CONSUMER.LIST.${name}`,
    `CONSUMER.INFO.${name}.*`,
  ]);

/** Sees how large a stream is and how far its readers are, and nothing that it holds. */
export const measuresStream = (stream: ServiceStream): Grant => ({
  publish: api(
    `STREAM.INFO.${stream.name}`,
    `STREAM.INFO.${retryStreamOf(stream).name}`,
    ...seen(stream),
  ),
});

/** The names of the durable consumers behind declarations, and the streams that they read. */
const durables = (consumers: readonly ConsumerDeclaration[]) =>
  consumers.flatMap((consumer) =>
    [...consumersOf(consumer).keys()].map((durable) => ({
      stream: consumer.stream.name,
      durable,
      path: `${consumer.stream.name}.${durable}`,
    })),
  );

/** Reads by durable consumers of its own: makes them, pulls, acknowledges, gives them to others. */
export const consumes = (consumers: readonly ConsumerDeclaration[]): Grant => ({
  publish: durables(consumers).flatMap(({ path }) => [
    ...api(
      `CONSUMER.CREATE.${path}`,
      `CONSUMER.INFO.${path}`,
      `CONSUMER.MSG.NEXT.${path}`,
      `CONSUMER.UNPIN.${path}`,
    ),
    `$JS.ACK.${path}.>`,
    // The second form of these subjects: with the domain and the account before the stream.
    `$JS.ACK.*.*.${path}.>`,
  ]),
});

/**
 * Follows a stream by a consumer that the broker gives a name, and forgets soon.
 *
 * Any name is allowed therefore but those of the durable consumers, out of which it would take what
 * is somebody else's.
 */
export const followsStream = (
  { name }: ServiceStream,
  others: readonly ConsumerDeclaration[],
): Grant => ({
  publish: api(
    `STREAM.INFO.${name}`,
    `CONSUMER.CREATE.${name}`,
    `CONSUMER.INFO.${name}.*`,
    `CONSUMER.MSG.NEXT.${name}.*`,
  ),
  never: durables(others)
    .filter(({ stream }) => stream === name)
    .flatMap(({ path }) => api(`CONSUMER.MSG.NEXT.${path}`)),
});

/** Writes decisions: facts, states, dead letters and what waits behind them, rulings, repairs. */
export const commitsTo = (stream: ServiceStream): Grant => {
  const { facts, states, deadLetters, parked, rulings, repairs } = subjectsOf(stream);
  return { publish: [facts, states, deadLetters, parked, rulings, repairs] };
};

/** Rules on dead letters. */
export const rulesOn = (stream: ServiceStream): Grant => ({
  publish: [subjectsOf(stream).rulings],
});

/** Keeps a record of what it publishes again. */
export const repairs = (stream: ServiceStream): Grant => ({
  publish: [subjectsOf(stream).repairs],
});

/** Publishes any request event of a service. */
export const requestsOf = (stream: ServiceStream): Grant => ({
  publish: [subjectsOf(stream).published],
});

/** Publishes request events of these types. */
export const requests = (types: readonly string[]): Grant => ({
  publish: types.map((type) => `${type}.*`),
});

/** Removes from a stream what is old and settled. */
export const trims = ({ name }: ServiceStream): Grant => ({ publish: api(`STREAM.PURGE.${name}`) });

/** Overwrites messages of a stream that hold a secret. */
export const erases = ({ name }: ServiceStream): Grant => ({
  publish: api(`STREAM.MSG.DELETE.${name}`),
});

/** Lets events wait for their next try, in a stream of their own. */
export const postpones = (stream: ServiceStream): Grant => ({
  publish: [retryFilters(stream).all],
});

/** Moves a stream to another number of partitions: all of its settings, consumers and messages. */
export const movesStream = (stream: ServiceStream): Grant => ({
  publish: [
    ...api(
      `STREAM.INFO.${stream.name}`,
      `STREAM.UPDATE.${stream.name}`,
      `STREAM.PURGE.${stream.name}`,
      `STREAM.MSG.GET.${stream.name}`,
      `STREAM.MSG.DELETE.${stream.name}`,
      `DIRECT.GET.${stream.name}`,
      `CONSUMER.LIST.${stream.name}`,
      `CONSUMER.CREATE.${stream.name}.*`,
      `CONSUMER.DELETE.${stream.name}.*`,
      `CONSUMER.RESET.${stream.name}.*`,
    ),
    movingFilter(stream),
  ],
});

/** Takes a stream away as a whole, and makes it of what was taken; never one that is there. */
export const backsUp = (stream: ServiceStream): Grant => ({
  publish: [
    ...[stream.name, retryStreamOf(stream).name].flatMap((name) =>
      api(`STREAM.INFO.${name}`, `STREAM.SNAPSHOT.${name}`, `STREAM.RESTORE.${name}`),
    ),
    ...[stream.name, retryStreamOf(stream).name].flatMap((name) => [
      `$JS.SNAPSHOT.ACK.${name}.>`,
      `$JS.SNAPSHOT.RESTORE.${name}.>`,
    ]),
  ],
});
