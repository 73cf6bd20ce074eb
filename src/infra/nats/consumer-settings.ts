import { partitionConsumers } from '../pipeline/partition-consumers.ts';
import type { ConsumerDeclaration } from '../pipeline/ports.ts';

/** A configuration in the words of the broker's API. */
export type Settings = Readonly<Record<string, unknown>>;

/** Durations in the broker's API are nanoseconds. */
export const nanoseconds = (ms: number): number => ms * 1_000_000;

/** The one priority group of a partition's consumer. */
export const ownerGroup = 'owner';
/**
 * The broker gives a partition to somebody else when its owner has not pulled for so long: less than
 * the lease, so that what an owner has lost is not delivered to it again.
 */
export const pinMsOf = (ackWaitMs: number): number => Math.min(4_000, ackWaitMs / 2);

/** Under which name a consumer says whose it is. */
export const readerMetadata = 'millrace.service';

/** The durable consumers of a reader, by their names: one; or one a partition, each for one owner at a time. */
export const consumersOf = (consumer: ConsumerDeclaration): ReadonlyMap<string, Settings> => {
  if (consumer.ordering === 'none') {
    const { durable, filter } = consumer;
    return new Map([[durable, settingsOf(consumer, durable, filter)]]);
  }
  return new Map(
    partitionConsumers(consumer).map(({ durable, filter }) => [
      durable,
      {
        ...settingsOf(consumer, durable, filter),
        ack_policy: consumer.acknowledge === 'watermark' ? 'all' : 'explicit',
        priority_policy: 'pinned_client',
        priority_groups: [ownerGroup],
        priority_timeout: nanoseconds(pinMsOf(consumer.ackWaitMs)),
      },
    ]),
  );
};

const settingsOf = (
  { durable: reader, ackWaitMs, maxAckPending }: ConsumerDeclaration,
  durable: string,
  filter: string,
): Settings => ({
  durable_name: durable,
  filter_subject: filter,
  deliver_policy: 'all',
  replay_policy: 'instant',
  ack_policy: 'explicit',
  ack_wait: nanoseconds(ackWaitMs),
  // The broker never gives up on its own: dead letters are written by the worker, with the state.
  max_deliver: -1,
  max_ack_pending: maxAckPending,
  metadata: { [readerMetadata]: reader },
});
