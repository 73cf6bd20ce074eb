import {
  placeOf,
  readRetrySubject,
  retriesOfPartition,
  retryStreamOf,
  type ServiceStream,
} from '../../contracts/streams.ts';
import { partitionDurable } from '../pipeline/partition-consumers.ts';
import type { Backlog } from '../pipeline/ports.ts';
import { apiError, refusal } from './errors.ts';
import type { JsApi } from './js-api.ts';
import { readMessage } from './stored-message.ts';

interface ConsumerInfo {
  readonly ack_floor: { readonly stream_seq: number };
}

interface SubjectCounts {
  readonly state: { readonly subjects?: Readonly<Record<string, number>> };
  readonly total?: number;
}

/**
 * Tells from the stream whether a key's request events may still be waiting.
 *
 * Everything up to the consumer's acknowledged floor is settled; the first message of the key's
 * partition behind it is the oldest that may not be.
 */
export class NatsBacklog implements Backlog {
  readonly #api: JsApi;

  constructor(api: JsApi) {
    this.#api = api;
  }

  async hasPendingBefore(stream: ServiceStream, key: string, time: number): Promise<boolean> {
    const { partition } = placeOf(stream, key);
    const oldest = await readMessage(this.#api, stream.name, {
      seq: (await this.#settledUpTo(stream, partition)) + 1,
      next_by_subj: `in.${stream.service}.${partition}.>`,
    });
    if (oldest !== undefined && oldest.storedAt <= time) return true;
    return this.#isRetriedBefore(stream, partition, time);
  }

  /** What waits for its next try is acknowledged where it was published, and not handled. */
  async #isRetriedBefore(stream: ServiceStream, partition: number, time: number): Promise<boolean> {
    const path = `STREAM.INFO.${retryStreamOf(stream).name}`;
    const filter = retriesOfPartition(stream, stream.name, partition);
    const info = await this.#api.ask<SubjectCounts>(path, { subjects_filter: filter });
    if (info.error) {
      // Services that keep an order have none.
      if (info.error.err_code === apiError.streamNotFound) return false;
      throw refusal(info.error, path);
    }
    const subjects = Object.keys(info.state.subjects ?? {});
    // More than one answer holds: some are left out.
    if (subjects.length < (info.total ?? 0)) return true;
    return subjects.some((subject) => (readRetrySubject(subject)?.storedAt ?? 0) <= time);
  }

  /** A service that never ran has no consumers: it has settled nothing. */
  async #settledUpTo({ name, service }: ServiceStream, partition: number): Promise<number> {
    for (const durable of [partitionDurable(service, partition), service]) {
      const path = `CONSUMER.INFO.${name}.${durable}`;
      const info = await this.#api.ask<ConsumerInfo>(path);
      if (!info.error) return info.ack_floor.stream_seq;
      if (info.error.err_code !== apiError.consumerNotFound) throw refusal(info.error, path);
    }
    return 0;
  }
}
