import type { ServiceStream } from '../../contracts/streams.ts';
import type { StreamMover } from '../../infra/nats/stream-mover.ts';
import { partitionDurable } from '../../infra/pipeline/partition-consumers.ts';
import type { Marks } from './copy-all.ts';
import type { Journal } from './journal.ts';
import { type PartitionedReader, readersOf, settingsLike } from './readers.ts';

export interface PlaceOptions extends Marks {
  readonly mover: StreamMover;
  readonly stream: ServiceStream;
  readonly journal: Journal;
}

/**
 * Gives every durable reader of a moved stream consumers for its new partitions.
 *
 * The service's own begin with the events that are yet to be handled, which lie behind the history.
 * All others had read everything: they begin behind the last message, and see nothing twice.
 *
 * @throws BusUnavailable, BusRefused
 */
export const placeReaders = async (options: PlaceOptions): Promise<void> => {
  const { mover, stream, end } = options;
  for (const reader of readersOf(stream, await mover.consumers())) {
    if (reader.kind === 'partitioned') await placePartitions(options, reader);
    else await mover.placeConsumer(reader.name, end + 1);
  }
};

const placePartitions = async (
  { mover, stream, journal, history, end }: PlaceOptions,
  { name, root, consumers }: PartitionedReader,
): Promise<void> => {
  const [like] = consumers.values();
  if (!like) return;
  const isOwn = root === 'in' && name === stream.service;
  for (let partition = 0; partition < journal.to; partition++) {
    const durable = partitionDurable(name, partition);
    if (!consumers.has(partition)) {
      const filter = `${root}.${stream.service}.${partition}.>`;
      await mover.makeConsumer(durable, settingsLike(like, durable, filter));
    }
    await mover.placeConsumer(durable, (isOwn ? history : end) + 1);
  }
  for (const [partition, consumer] of consumers) {
    if (partition >= journal.to) await mover.deleteConsumer(consumer.name);
  }
};
