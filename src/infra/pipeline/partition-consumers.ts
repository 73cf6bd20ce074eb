import type { ConsumerDeclaration } from './ports.ts';

/** The durable consumer of one partition. */
export interface PartitionConsumer {
  readonly partition: number;
  readonly durable: string;
  readonly filter: string;
}

/**
 * The durable consumers behind a declaration that orders by key: one a partition, `<durable>-<partition>`.
 *
 * Each has a single filter, `in.<service>.<partition>.>`: consumers with several, or with keys in
 * them, cost the broker many times as much (`docs/decisions/0012-owners-of-partitions.md`).
 */
export const partitionConsumers = ({
  stream,
  durable,
  filter,
}: Pick<ConsumerDeclaration, 'stream' | 'durable' | 'filter'>): PartitionConsumer[] =>
  Array.from({ length: stream.partitions }, (_, partition) => ({
    partition,
    durable: partitionDurable(durable, partition),
    filter: filter.replace(/>$/, `${partition}.>`),
  }));

/** The durable consumer of a reader's partition. */
export const partitionDurable = (durable: string, partition: number): string =>
  `${durable}-${partition}`;
