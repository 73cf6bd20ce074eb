import { z } from 'zod';
import { type Decode, decoder } from './decode.ts';
import type { AnyService } from './define-service.ts';
import type { InboundMessage } from './delivery.ts';
import { MemoryOfKey } from './memory-of-key.ts';
import type { Bus, StateReader } from './ports.ts';
import type { IncomingEvent } from './process.ts';
import { readStretch } from './read-stretch.ts';
import type { Lost } from './repair.ts';
import { recordReader } from './state-record.ts';
import { belongsTo } from './trim.ts';
import { overlap, type Upkeep } from './upkeep.ts';

/** How far back a stream is looked at, and how many request events of a partition at most. */
const lastSequences = 20_000;
export const lastEvents = 64;

export interface AheadOptions {
  readonly bus: Pick<Bus, 'follow' | 'states'>;
  readonly upkeep: Upkeep;
  readonly service: AnyService;
  readonly partitions: readonly number[];
  /** Request events up to this sequence are looked at: what lay in the stream when the broker came back. */
  readonly upTo: number;
  /** Ends the looking. */
  readonly signal: AbortSignal;
}

/** What is acknowledged although the state of its key does not contain it. */
export interface Ahead {
  /** Nothing tells of an effect of it; in the stream's order. */
  readonly lost: readonly Lost[];
  /** Sequences of those of which it takes more than this to say what they had. */
  readonly unclear: readonly number[];
}

/**
 * The latest request events of some partitions that are acknowledged while the states of their keys
 * do not contain them: what a broker may bring about that kept acknowledgements and lost what came
 * before.
 *
 * It is the cheap part of `npm run verify`: 64 events of a partition, and only what a record denies
 * for certain. Events without a readable key or state, and all that are set aside or wait for their
 * next try, are left out. What has facts, or a key whose other events have some but which has no
 * record, has lost more than one event: to publish that again needs all of the key's events.
 *
 * @throws BusUnavailable, BusRefused, and what ends the looking
 */
export const acknowledgedAhead = async (options: AheadOptions): Promise<Ahead> => {
  const { bus, service, partitions } = options;
  // Asked before the states are read: what is acknowledged was in them before.
  const floors = await floorsOf(options);
  const events = await readEvents(options, floors);
  const states = bus.states(service.stream);
  const denied: Denied[] = [];
  for (const partition of partitions) {
    denied.push(...(await deniedOf(events.get(partition) ?? [], states, service.stream.name)));
  }
  if (denied.length === 0) return { lost: [], unclear: [] };
  return explain(options, denied);
};

/** An event that its key's record denies, and the others of its key. */
interface Denied {
  readonly event: IncomingEvent;
  readonly hasRecord: boolean;
  readonly ofKey: readonly IncomingEvent[];
}

/** Up to where partitions are acknowledged; nothing where the service has no consumer. */
const floorsOf = async ({ upkeep, service, partitions }: AheadOptions) => {
  const { name, stream } = service;
  const consumers = await upkeep.consumersOf(stream);
  const own = consumers.filter((consumer) => consumer.isDurable && belongsTo(name, consumer));
  return new Map(
    partitions.map((partition) => {
      const filter = `in.${stream.service}.${partition}.>`;
      const readers = own.filter(({ filters }) => filters.some((each) => overlap(each, filter)));
      return [partition, Math.max(0, ...readers.map(({ settledUpTo }) => settledUpTo))];
    }),
  );
};

/** The last acknowledged events of each partition that leave a trace in their key's record. */
const readEvents = async (
  options: AheadOptions,
  floors: ReadonlyMap<number, number>,
): Promise<ReadonlyMap<number, readonly IncomingEvent[]>> => {
  const { service } = options;
  const last = new Map<number, InboundMessage[]>();
  await readAll(options, ['in'], options.upTo, (message) => {
    const partition = partitionIn(message);
    if (message.sequence > (floors.get(partition) ?? 0)) return;
    const some = last.get(partition) ?? [];
    if (some.push(message) > lastEvents) some.shift();
    last.set(partition, some);
  });
  const decode: Decode = decoder(service.stream, service.routes);
  return new Map(
    [...last].map(([partition, some]) => [partition, some.map(decode).filter(leavesTrace)]),
  );
};

const leavesTrace = ({ problem, route }: IncomingEvent): boolean =>
  problem === undefined && !route?.contract.type.endsWith('.millrace-react');

const partitionIn = ({ subject }: InboundMessage): number => Number(subject.split('.')[2]);

/** The events that the records of their keys deny; of those under one id the last. */
const deniedOf = async (
  events: readonly IncomingEvent[],
  states: StateReader,
  stream: string,
): Promise<readonly Denied[]> => {
  const byKey = new Map<string, IncomingEvent[]>();
  for (const event of events) {
    const { token } = event.place;
    byKey.set(token, [...(byKey.get(token) ?? []), event]);
  }
  const denied = await Promise.all(
    [...byKey.values()].map(async (ofKey): Promise<readonly Denied[]> => {
      const [first] = ofKey;
      if (!first) return [];
      const found = await states.read(first.place);
      const last = new Map(ofKey.map((event) => [event.envelope.id, event]));
      return [...last.values()]
        .filter(found ? denies(found.record, stream) : () => true)
        .map((event) => ({ event, hasRecord: found !== undefined, ofKey }));
    }),
  );
  return denied.flat();
};

const readRecord = recordReader(z.unknown());

/** Whether a record denies an event for certain: it is new, or the record remembers all that it contains. */
const denies = (json: string, stream: string): ((event: IncomingEvent) => boolean) => {
  try {
    const record = readRecord(json);
    const memory = new MemoryOfKey(record);
    const position = record.position[stream] ?? 0;
    return ({ envelope: { id }, message: { sequence } }) =>
      memory.of({ id, stream, sequence }) === 'not-contained' &&
      !memory.isRetrying({ id, sequence }) &&
      (!memory.isFull || sequence > position);
  } catch {
    // Nobody can say what it contains.
    return () => false;
  }
};

/** Tells those of which nothing is left from those whose facts or dead letters are there. */
const explain = async (options: AheadOptions, denied: readonly Denied[]): Promise<Ahead> => {
  const dead = new Set<number>();
  const causes = new Set<string>();
  const ids = new Set(denied.flatMap(({ ofKey }) => ofKey.map(({ envelope }) => envelope.id)));
  await readAll(options, ['fact', 'dead'], Number.POSITIVE_INFINITY, ({ header }) => {
    dead.add(Number(header('millrace-dead-sequence')));
    const cause = decoded(header('ce-causationid'));
    if (ids.has(cause)) causes.add(cause);
  });
  const hasFacts = ({ envelope }: IncomingEvent) => causes.has(envelope.id);
  const open = denied
    .filter(({ event }) => !dead.has(event.message.sequence))
    .sort((one, other) => one.event.message.sequence - other.event.message.sequence);
  const isClear = ({ event, hasRecord, ofKey }: Denied) =>
    !(hasRecord ? hasFacts(event) : ofKey.some(hasFacts));
  return {
    lost: open.filter(isClear).map(({ event: { place, message, envelope } }) => ({
      partition: place.partition,
      sequence: message.sequence,
      id: envelope.id,
    })),
    unclear: open.filter((one) => !isClear(one)).map(({ event }) => event.message.sequence),
  };
};

/** Headers carry what is not printable ASCII percent-encoded. */
const decoded = (value = ''): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

/** Reads what lies under some roots of the partitions, up to a sequence or to the stream's end. */
const readAll = async (
  { bus, service: { stream }, partitions, upTo, signal }: AheadOptions,
  roots: readonly string[],
  until: number,
  take: (message: InboundMessage) => void,
): Promise<void> => {
  const wanted = new Set(partitions);
  const stretch = {
    stream,
    filters: roots.map((root) => `${root}.${stream.service}.>`),
    from: Math.max(1, upTo - lastSequences),
    upTo: until,
    signal,
  };
  await readStretch(bus, stretch, (message) => {
    if (wanted.has(partitionIn(message))) take(message);
  });
};
