import type { ServiceStream } from '../../contracts/streams.ts';
import type { Clock } from '../pipeline/clock.ts';
import { BusUnavailable } from '../pipeline/errors.ts';
import { partitionConsumers } from '../pipeline/partition-consumers.ts';
import { type ConsumerDeclaration, type Topology, TopologyConflict } from '../pipeline/ports.ts';
import { type DurableConsumer, MemoryConsumer } from './memory-consumer.ts';
import { MemoryStream } from './memory-stream.ts';

type ConsumerName = Pick<ConsumerDeclaration, 'stream' | 'durable'>;

/** The streams and consumers that are there, and who waits for one that is not there yet. */
export class MemoryTopology {
  readonly #clock: Clock;
  readonly #duplicateWindowMs: number;
  readonly #streams = new Map<string, MemoryStream>();
  readonly #consumers = new Map<string, MemoryConsumer>();
  readonly #waiting = new Set<() => boolean>();
  #isOpen = true;

  constructor(clock: Clock, duplicateWindowMs: number) {
    this.#clock = clock;
    this.#duplicateWindowMs = duplicateWindowMs;
  }

  /** Creates what is missing; changes nothing at all when anything conflicts. @throws TopologyConflict, BusUnavailable */
  ensure({ streams: own, others = [], consumers }: Topology): void {
    this.#refuseClosed();
    const streams = [...own, ...others];
    const durables = consumers.flatMap(durablesOf);
    for (const stream of streams) this.#refuseOtherPartitions(stream);
    for (const consumer of durables) this.#refuseOtherFilter(consumer);
    for (const stream of streams) this.#createStream(stream);
    for (const consumer of durables) this.#createConsumer(consumer);
    for (const isServed of this.#waiting) if (isServed()) this.#waiting.delete(isServed);
  }

  isOpen(): boolean {
    return this.#isOpen;
  }

  /** @throws BusUnavailable when the stream was never ensured, or the bus is closed */
  stream({ name }: Pick<ServiceStream, 'name'>): MemoryStream {
    this.#refuseClosed();
    const stream = this.#streams.get(name);
    if (!stream) throw new BusUnavailable(`no stream ${name}`);
    return stream;
  }

  /** The stream, if it is there. */
  find({ name }: Pick<ServiceStream, 'name'>): MemoryStream | undefined {
    return this.#streams.get(name);
  }

  /** @throws BusUnavailable when none of the streams takes the subject, or the bus is closed */
  streamTaking(subject: string): MemoryStream {
    this.#refuseClosed();
    for (const stream of this.#streams.values()) if (stream.takes(subject)) return stream;
    throw new BusUnavailable(`no stream takes ${subject}`);
  }

  consumer(name: ConsumerName): MemoryConsumer | undefined {
    return this.#consumers.get(idOf(name));
  }

  /** The durable consumers of a stream. */
  consumersOf({ name }: ServiceStream): MemoryConsumer[] {
    return [...this.#consumers.values()].filter((consumer) => consumer.name.stream.name === name);
  }

  /** Uses a stream now, or as soon as it is there, unless the returned function is called before. */
  whenStream({ name }: ServiceStream, use: (stream: MemoryStream) => void): () => void {
    return this.#whenThere(() => this.#streams.get(name), use);
  }

  /** As {@link whenStream}, for a consumer. */
  whenConsumer(name: ConsumerName, use: (consumer: MemoryConsumer) => void): () => void {
    return this.#whenThere(() => this.consumer(name), use);
  }

  /** Delivers nothing any more and lets no timer run on. */
  close(): void {
    this.#isOpen = false;
    for (const consumer of this.#consumers.values()) consumer.close();
    this.#waiting.clear();
  }

  #whenThere<T>(find: () => T | undefined, use: (found: T) => void): () => void {
    const isServed = (): boolean => {
      const found = find();
      if (found !== undefined) use(found);
      return found !== undefined;
    };
    if (!isServed()) this.#waiting.add(isServed);
    return () => this.#waiting.delete(isServed);
  }

  #refuseClosed(): void {
    if (!this.#isOpen) throw new BusUnavailable('the bus is closed');
  }

  #refuseOtherPartitions({ name, partitions }: ServiceStream): void {
    const there = this.#streams.get(name)?.declaration.partitions ?? partitions;
    if (there === partitions) return;
    throw new TopologyConflict(`${name} has ${there} partitions, declared are ${partitions}`);
  }

  #refuseOtherFilter(declared: ConsumerDeclaration): void {
    const there = this.consumer(declared)?.filter ?? declared.filter;
    if (there === declared.filter) return;
    throw new TopologyConflict(
      `${idOf(declared)} has the filter ${there}, declared is ${declared.filter}`,
    );
  }

  #createStream(declared: ServiceStream): void {
    if (this.#streams.has(declared.name)) return;
    this.#streams.set(
      declared.name,
      new MemoryStream(declared, this.#clock, this.#duplicateWindowMs),
    );
  }

  #createConsumer(declared: DurableConsumer): void {
    const there = this.consumer(declared);
    if (there) {
      there.update(declared);
      return;
    }
    const consumer = new MemoryConsumer(declared, this.stream(declared.stream), this.#clock);
    this.#consumers.set(idOf(declared), consumer);
    consumer.open();
  }
}

/** The durable consumers of a reader: one, or one a partition. */
const durablesOf = (consumer: ConsumerDeclaration): DurableConsumer[] =>
  consumer.ordering === 'none'
    ? [{ ...consumer, reader: consumer.durable }]
    : partitionConsumers(consumer).map((one) => ({
        ...consumer,
        ...one,
        reader: consumer.durable,
      }));

const idOf = ({ stream, durable }: ConsumerName): string => `${stream.name}.${durable}`;
