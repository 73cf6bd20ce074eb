import {
  placeOf,
  readRetrySubject,
  readSubject,
  retriesOfPartition,
  retryStreamOf,
  type ServiceStream,
} from '../../contracts/streams.ts';
import type { InboundMessage } from '../pipeline/delivery.ts';
import { partitionDurable } from '../pipeline/partition-consumers.ts';
import type { Backlog } from '../pipeline/ports.ts';
import type { MemoryTopology } from './memory-topology.ts';
import { subjectFilter } from './subject-filter.ts';

/** Knows what the consumer named after a service has not settled. */
export class MemoryBacklog implements Backlog {
  readonly #topology: MemoryTopology;

  constructor(topology: MemoryTopology) {
    this.#topology = topology;
  }

  async hasPendingBefore(stream: ServiceStream, key: string, time: number): Promise<boolean> {
    const { partition } = placeOf(stream, key);
    const log = this.#topology.stream(stream);
    const ofPartition = partitionDurable(stream.service, partition);
    const consumer =
      this.#topology.consumer({ stream, durable: ofPartition }) ??
      this.#topology.consumer({ stream, durable: stream.service });
    // A service that was never there has handled nothing.
    const oldest = consumer
      ? consumer.oldestUnsettled(partition)
      : oldestOf(log.from(1, (subject) => isRequest(subject, partition)));
    // Stored in the same millisecond may be stored before.
    if (oldest !== undefined && oldest <= time) return true;
    return this.#isRetriedBefore(stream, partition, time);
  }

  #isRetriedBefore(stream: ServiceStream, partition: number, time: number): boolean {
    const matches = subjectFilter(retriesOfPartition(stream, stream.name, partition));
    const waiting = this.#topology.find(retryStreamOf(stream))?.lastOfEach(matches) ?? [];
    return waiting.some(({ subject }) => (readRetrySubject(subject)?.storedAt ?? 0) <= time);
  }
}

const isRequest = (subject: string, partition: number): boolean => {
  const read = readSubject(subject);
  return read?.root === 'in' && read.partition === partition;
};

const oldestOf = (messages: Iterable<InboundMessage>): number | undefined => {
  for (const { storedAt } of messages) return storedAt;
  return undefined;
};
