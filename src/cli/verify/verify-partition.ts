import { createHash } from 'node:crypto';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { Decode } from '../../infra/pipeline/decode.ts';
import { Account } from './account.ts';
import type { Key } from './entry.ts';
import { type Circumstances, type Judgement, judge } from './judge.ts';
import type { Read } from './reading.ts';

/** How many events are held in memory at a time; a partition with more is read several times. */
export const usualEventsAtATime = 100_000;

/** One partition of a service's request events, and how it is looked at. */
export interface PartitionOptions extends Omit<Circumstances, 'later'> {
  readonly stream: ServiceStream;
  readonly partition: number;
  readonly decode: Decode;
  /** The events of which a copy waited for its next try before anything was read. */
  readonly copies: ReadonlySet<number>;
  readonly read: Read;
  /** How many request events the partition has, about. */
  readonly events: number;
  readonly eventsAtATime: number;
  readonly onEvent: () => void;
}

/**
 * Judges the request events of a partition, in as many shares of its keys as memory asks for.
 *
 * Request events are read before the states, states before facts: what a state contains is among the
 * events, and what it says of has its facts by then.
 */
export async function* verifyPartition(
  options: PartitionOptions,
): AsyncGenerator<Judgement & { readonly unreadable: number }> {
  const shares = Math.max(1, Math.ceil(options.events / options.eventsAtATime));
  for (let share = 0; share < shares; share++) {
    const account = new Account({
      ...options,
      isOurs: (keyOrSequence) => shares === 1 || shareOf(keyOrSequence, shares) === share,
    });
    const later = await gather(options, account, share === 0);
    const judgement = judge(account, { ...options, later: (key) => later.get(key) ?? [] });
    yield { ...judgement, unreadable: account.unreadable };
  }
}

const gather = async (options: PartitionOptions, account: Account, counts: boolean) => {
  const { read, first } = options;
  const { requests, states, facts, letters, parked, rulings } = filtersOf(options);
  await read(requests, first, (message) => {
    account.takeRequest(message);
    if (counts) options.onEvent();
  });
  await read(states, 1, (message) => account.takeState(message));
  const later = await readLater(options, account);
  await read(facts, first, (message) => account.takeFact(message));
  await read(letters, first, (message) => account.takeLetter(message));
  await read(parked, first, (message) => account.takeParked(message));
  await read(rulings, first, (message) => account.takeRuling(message));
  return later;
};

/** Of keys that were moved on while this reads: the events that their records no longer name. */
const readLater = async (
  { stream, partition, read, decode }: PartitionOptions,
  account: Account,
): Promise<ReadonlyMap<Key, readonly number[]>> => {
  const later = new Map<Key, number[]>();
  const { readUpTo, keys } = account;
  for (const key of keys.values()) if ((key.record?.settled ?? 0) > readUpTo) later.set(key, []);
  if (later.size === 0) return later;
  await read(`in.${stream.service}.${partition}.>`, readUpTo + 1, (message) => {
    const key = keys.get(decode(message).place.token);
    if (!key?.record || message.sequence > key.record.settled) return;
    later.get(key)?.push(message.sequence);
  });
  return later;
};

const filtersOf = ({ stream: { service }, partition }: PartitionOptions) => {
  const under = (root: string): string => `${root}.${service}.${partition}.>`;
  return {
    requests: under('in'),
    states: under('state'),
    facts: under('fact'),
    letters: under('dead'),
    parked: under('parked'),
    rulings: under('ruling'),
  };
};

/** Keys of one partition have the same remainder already, so they are shared out by another hash. */
const shareOf = (keyOrSequence: string | number, shares: number): number =>
  createHash('sha1').update(String(keyOrSequence)).digest().readUInt32BE() % shares;
