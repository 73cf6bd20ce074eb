import type { ServiceStream } from '../../contracts/streams.ts';
import type { Settings } from '../../infra/nats/consumer-settings.ts';
import type { FoundConsumer } from '../../infra/nats/stream-mover.ts';
import { overlap } from '../../infra/pipeline/upkeep.ts';

/** The durable consumers by which one reader has a stream's partitions, one each. */
export interface PartitionedReader {
  readonly kind: 'partitioned';
  /** What their names begin with: the reader's. */
  readonly name: string;
  /** `in` or `fact`. */
  readonly root: string;
  readonly consumers: ReadonlyMap<number, FoundConsumer>;
}

/** A durable consumer that does not care about partitions. */
export interface WholeReader {
  readonly kind: 'whole';
  readonly name: string;
  readonly consumer: FoundConsumer;
}

/** A durable consumer of which nobody can say what it would want of other partitions. */
export interface UnclearReader {
  readonly kind: 'unclear';
  readonly name: string;
  readonly why: string;
}

export type Reader = PartitionedReader | WholeReader | UnclearReader;

/** Who reads a stream durably, so that its consumers can be made for other partitions. */
export const readersOf = (
  stream: ServiceStream,
  consumers: readonly FoundConsumer[],
): readonly Reader[] => {
  const readers = new Map<string, Reader>();
  for (const consumer of consumers) {
    if (consumer.config.durable_name === undefined) continue;
    const reader = readerOf(stream, consumer);
    const id = reader.kind === 'partitioned' ? `${reader.root}.${reader.name}` : `.${reader.name}`;
    const known = readers.get(id);
    readers.set(
      id,
      known?.kind === 'partitioned' && reader.kind === 'partitioned'
        ? { ...known, consumers: new Map([...known.consumers, ...reader.consumers]) }
        : reader,
    );
  }
  return [...readers.values()];
};

const readerOf = ({ service }: ServiceStream, consumer: FoundConsumer): Reader => {
  const { name, config } = consumer;
  if (config.deliver_policy !== 'all') {
    const why = `it was made with the deliver policy ${config.deliver_policy}, which cannot be placed anew`;
    return { kind: 'unclear', name, why };
  }
  const filters = filtersOf(consumer);
  const [, begin = '', partition = ''] = /^(.+)-(\d+)$/.exec(name) ?? [];
  const root = ['in', 'fact'].find(
    (each) => filters.join() === `${each}.${service}.${partition}.>`,
  );
  if (root !== undefined) {
    const consumers = new Map([[Number(partition), consumer]]);
    return { kind: 'partitioned', name: begin, root, consumers };
  }
  if (filters.some((filter) => /^\d+$/.test(filter.split('.')[2] ?? ''))) {
    const why = `it reads ${filters.join(', ')}: keys of that partition fall into others`;
    return { kind: 'unclear', name, why };
  }
  return { kind: 'whole', name, consumer };
};

const filtersOf = ({ config }: FoundConsumer): readonly string[] => {
  const { filter_subject, filter_subjects } = config;
  if (filter_subjects?.length) return filter_subjects;
  return filter_subject ? [filter_subject] : ['>'];
};

/** True when a reader gets something of what a filter lets pass. */
export const reads = (reader: WholeReader, filter: string): boolean =>
  filtersOf(reader.consumer).some((own) => overlap(own, filter));

/** What a reader has of the stream. */
export const consumersIn = (reader: Reader): readonly FoundConsumer[] => {
  if (reader.kind === 'partitioned') return [...reader.consumers.values()];
  return reader.kind === 'whole' ? [reader.consumer] : [];
};

/** The settings of a partition's consumer, made after those of one of its neighbours. */
export const settingsLike = (
  { config }: FoundConsumer,
  durable: string,
  filter: string,
): Settings => {
  const { name: _name, metadata = {}, ...settings } = config;
  const own = Object.entries(metadata as object).filter(([key]) => !key.startsWith('_nats.'));
  return {
    ...settings,
    durable_name: durable,
    filter_subject: filter,
    metadata: Object.fromEntries(own),
  };
};
