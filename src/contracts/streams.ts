import { keyToken, partitionOf } from './key-token.ts';

/**
 * The stream of one service: its request events, facts, states and dead letters.
 *
 * One stream a service, because one atomic batch can only change one stream. The subjects in it:
 *
 * | subject | holds |
 * | --- | --- |
 * | `<service>.<name>.<key token>` | what producers publish; stored as the next row |
 * | `in.<service>.<partition>.<name>` | request events, the partition computed by the server |
 * | `fact.<service>.<partition>.<name>` | facts and rejections |
 * | `state.<service>.<partition>.<key token>` | the state of a key, only the last one |
 * | `dead.<service>.<partition>.<name>` | dead letters |
 * | `parked.<service>.<partition>.<key token>` | events of a parked key, in their order |
 * | `ruling.<service>.<partition>.<sequence>` | what was decided about the dead letter at that sequence |
 * | `repair.<service>.<partition>.<sequence>` | that the request event at that sequence was published again |
 */
export interface ServiceStream {
  /** The service's name, lower case: the first token of its event types. */
  readonly service: string;
  /** The stream's name: the service's in capitals. */
  readonly name: string;
  /** How many ordered shares its keys fall into; `npm run repartition` changes their number. */
  readonly partitions: number;
  /** `retries`: it is the one beside a service's own in which its events wait for their next try. */
  readonly role?: 'retries';
}

/** A key's place: its token and the partition that follows from it. */
export interface KeyPlace {
  readonly token: string;
  readonly partition: number;
}

/** Declares the stream of a service. @default partitions 8 */
export const defineStream = (service: string, partitions = 8): ServiceStream => {
  if (!/^[a-z][a-z0-9-]*$/.test(service)) {
    throw new TypeError(`service name "${service}": lower-case letters, digits and "-" only`);
  }
  return { service, name: service.toUpperCase(), partitions };
};

/** Where the events of a key are in a stream. */
export const placeOf = (stream: ServiceStream, key: string): KeyPlace => {
  const token = keyToken(key);
  return { token, partition: partitionOf(token, stream.partitions) };
};

const nameOf = (type: string): string => type.slice(type.indexOf('.') + 1);

/** The subject on which any producer in any language publishes a request event. */
export const requestSubject = (type: string, key: string): string => `${type}.${keyToken(key)}`;

/** The same for a key of which only the token is known. */
export const requestSubjectAt = (type: string, token: string): string => `${type}.${token}`;

/** The subject under which a fact is stored. */
export const factSubject = (type: string, { service }: ServiceStream, place: KeyPlace): string =>
  `fact.${service}.${place.partition}.${nameOf(type)}`;

/** The subject of a key's state. */
export const stateSubject = ({ service }: ServiceStream, { token, partition }: KeyPlace): string =>
  `state.${service}.${partition}.${token}`;

/** The subject of a dead letter; a type that is no plain token is filed under `unknown`. */
export const deadSubject = ({ service }: ServiceStream, partition: number, type: string): string =>
  `dead.${service}.${partition}.${/^[a-z0-9-]{1,64}$/.test(nameOf(type)) ? nameOf(type) : 'unknown'}`;

/** The subject under which events wait behind a dead letter of their key. */
export const parkedSubject = ({ service }: ServiceStream, { token, partition }: KeyPlace): string =>
  `parked.${service}.${partition}.${token}`;

/** The subject of the ruling on the dead letter that is stored at a sequence. */
export const rulingSubject = (
  { service }: ServiceStream,
  partition: number,
  sequence: number,
): string => `ruling.${service}.${partition}.${sequence}`;

/** The subject of the record that the request event at a sequence was published again. */
export const repairSubject = (
  { service }: ServiceStream,
  partition: number,
  sequence: number,
): string => `repair.${service}.${partition}.${sequence}`;

/** The subject filters that readers of a stream use, one each, and what producers may publish. */
export const subjectsOf = ({ service }: ServiceStream) => ({
  published: `${service}.*.*`,
  requests: `in.${service}.>`,
  facts: `fact.${service}.>`,
  states: `state.${service}.>`,
  deadLetters: `dead.${service}.>`,
  parked: `parked.${service}.>`,
  rulings: `ruling.${service}.>`,
  repairs: `repair.${service}.>`,
});

/**
 * The stream in which the events of a service without order wait for their next try.
 *
 * It holds nothing else: a stream with message schedules could not refuse when it is full.
 */
export const retryStreamOf = ({ service, name }: ServiceStream): ServiceStream => ({
  service,
  name: `${name}_RETRY`,
  partitions: 1,
  role: 'retries',
});

/** Where an event lay before it was copied to a retry stream. */
export interface RetryPlace {
  readonly stream: string;
  /** That of its key in the stream of the service that tries it. */
  readonly partition: number;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
}

/** The subject under which an event waits for its next try (`wait`), and then for a worker (`due`). */
export const retrySubject = (
  { service }: ServiceStream,
  stage: 'wait' | 'due',
  { stream, partition, sequence, storedAt }: RetryPlace,
): string => `retry.${service}.${stage}.${stream}.${partition}.${sequence}.${storedAt}`;

/** Reads what {@link retrySubject} wrote; nothing when it is none. */
export const readRetrySubject = (subject: string): RetryPlace | undefined => {
  const [root, , , stream, ...numbers] = subject.split('.');
  const [partition, sequence, storedAt] = numbers.map(Number);
  return root === 'retry' && stream !== undefined && storedAt !== undefined
    ? { stream, partition: partition ?? 0, sequence: sequence ?? 0, storedAt }
    : undefined;
};

/** The subject filters of a service's retry stream. */
export const retryFilters = ({ service }: ServiceStream) => ({
  all: `retry.${service}.>`,
  waiting: `retry.${service}.wait.>`,
  due: `retry.${service}.due.>`,
});

/** The filter of what waits or is due of one partition of a stream. */
export const retriesOfPartition = (
  { service }: ServiceStream,
  stream: string,
  partition: number,
): string => `retry.${service}.*.${stream}.${partition}.>`;

/** What a stored subject says. */
export interface SubjectParts {
  readonly root: string;
  readonly type: string;
  readonly partition: number;
}

/** A stream has few of them, so each is read once: as many as this are kept. */
const known = new Map<string, SubjectParts>();
const mostKnown = 10_000;

/** What a stored subject says: the event's type and partition, or nothing when it is none of ours. */
export const readSubject = (subject: string): SubjectParts | undefined => {
  const found = known.get(subject);
  if (found) return found;
  const [root = '', service = '', partition = '', name] = subject.split('.');
  if (name === undefined || !/^\d+$/.test(partition)) return undefined;
  const parts = { root, type: `${service}.${name}`, partition: Number(partition) };
  if (known.size >= mostKnown) known.clear();
  known.set(subject, parts);
  return parts;
};
