import { placeOf, type ServiceStream } from '../../contracts/streams.ts';
import type { Backlog } from '../pipeline/ports.ts';
import type { JsApi } from './js-api.ts';
import { readMessage } from './stored-message.ts';

interface ConsumerInfo {
  readonly ack_floor: { readonly stream_seq: number };
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
    const info = await this.#api.get<ConsumerInfo>(
      `CONSUMER.INFO.${stream.name}.${stream.service}`,
    );
    const oldest = await readMessage(this.#api, stream.name, {
      seq: info.ack_floor.stream_seq + 1,
      next_by_subj: `in.${stream.service}.${placeOf(stream, key).partition}.>`,
    });
    return oldest !== undefined && oldest.storedAt <= time;
  }
}
