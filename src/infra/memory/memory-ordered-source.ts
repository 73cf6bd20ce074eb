import type { EventSource, RunningSource, Sink } from '../pipeline/delivery.ts';
import { partitionConsumers } from '../pipeline/partition-consumers.ts';
import type { ConsumerDeclaration } from '../pipeline/ports.ts';
import { sharePartitions } from '../pipeline/share-partitions.ts';
import type { MemoryConsumer } from './memory-consumer.ts';
import type { MemoryTopology } from './memory-topology.ts';

/** One that reads partitions, as a replica does. */
interface Member {
  readonly name: string;
  readonly sink: Sink;
}

/** One partition of a reader, and who owns it. */
interface Slot {
  readonly partition: number;
  readonly durable: string;
  consumer: MemoryConsumer | undefined;
  owner: Member | undefined;
  detach: () => void;
  settling: Promise<void>;
}

/**
 * The members of one reader and its partitions: each partition is delivered to one member at a time.
 *
 * All of it is in one process, so nobody dies without a word: whoever leaves has handed back what it
 * had before somebody else gets the partition.
 */
export class MemoryOwners {
  readonly #slots: readonly Slot[];
  readonly #topology: MemoryTopology;
  #members: readonly Member[] = [];
  #joined = 0;

  constructor(topology: MemoryTopology, consumer: ConsumerDeclaration) {
    this.#topology = topology;
    this.#slots = partitionConsumers(consumer).map(({ partition, durable }) => {
      return {
        ...{ partition, durable, consumer: undefined, owner: undefined },
        detach: () => {},
        settling: Promise.resolve(),
      };
    });
    for (const slot of this.#slots) {
      topology.whenConsumer({ stream: consumer.stream, durable: slot.durable }, (found) => {
        slot.consumer = found;
        this.#share();
      });
    }
  }

  /** The deliveries of the partitions that one more member owns from its start on. */
  source(): EventSource {
    return { start: (sink) => this.#join(sink) };
  }

  #join(sink: Sink): RunningSource {
    const member = { name: `member-${this.#joined++}`, sink };
    this.#members = [...this.#members, member];
    this.#share();
    let isStopping = false;
    const isIn = () => !isStopping && this.#members.includes(member);
    return {
      refill: () => {
        for (const { owner, consumer } of this.#slots) if (owner === member) consumer?.wake();
      },
      settledUpTo: (partition) => this.#slots[partition]?.consumer?.settledUpTo() ?? 0,
      isPulling: () =>
        isIn() && this.#slots.every(({ consumer }) => consumer) && this.#topology.isOpen(),
      stop: async () => {
        isStopping = true;
        for (const slot of this.#slots) if (slot.owner === member) slot.detach();
      },
      close: async () => {
        this.#members = this.#members.filter((other) => other !== member);
        for (const slot of this.#slots) if (slot.owner === member) slot.owner = undefined;
        this.#share();
      },
    };
  }

  #share(): void {
    const names = this.#members.map(({ name }) => name);
    const owners = sharePartitions(
      this.#slots.map(({ durable }) => durable),
      names,
    );
    for (const slot of this.#slots) {
      const next = this.#members.find(({ name }) => name === owners.get(slot.durable));
      slot.settling = slot.settling.then(() => handOver(slot, next));
    }
  }
}

const handOver = async (slot: Slot, next: Member | undefined): Promise<void> => {
  const { owner, partition, consumer } = slot;
  if (owner === next || !consumer) return;
  slot.detach();
  slot.owner = undefined;
  await owner?.sink.release(partition, 'hand-back');
  if (!next) return;
  const { sink } = next;
  slot.owner = next;
  sink.acquire(partition);
  slot.detach = consumer.attach({
    ...sink,
    room: () => sink.room(),
    take: (delivery) => sink.take({ ...delivery, partition }),
  });
};
