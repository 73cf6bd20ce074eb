import type { NatsConnection } from 'nats';
import type { Suspect, SuspectMarks } from '../pipeline/suspects.ts';
import { Bucket } from './bucket.ts';
import type { NatsOptions } from './connect.ts';
import { refusal } from './errors.ts';
import type { JsApi } from './js-api.ts';

const name = 'millrace-suspects';

/** Longer than anybody takes to bring back a worker that ends again and again. */
const keptForMs = 7 * 24 * 3_600_000;

/** Marks in a key-value bucket; it is made when the first is needed. */
export class NatsSuspects implements SuspectMarks {
  readonly #bucket: Bucket;

  constructor(
    connection: NatsConnection,
    api: JsApi,
    { replicas, storage }: Pick<NatsOptions, 'replicas' | 'storage'>,
  ) {
    this.#bucket = new Bucket(connection, api, { name, storage, replicas, keptForMs });
  }

  async count(suspect: Suspect): Promise<number> {
    const found = await this.#bucket.read(keyOf(suspect));
    return Number(found?.body.toString('utf8') ?? 0);
  }

  async mark(suspect: Suspect, count: number): Promise<void> {
    const { error } = await this.#bucket.write(keyOf(suspect), String(count));
    if (error) throw refusal(error, name);
  }

  clear(suspect: Suspect): Promise<void> {
    return this.#bucket.purge(keyOf(suspect));
  }
}

const keyOf = ({ stream, sequence, storedAt }: Suspect): string =>
  `${stream}.${sequence}.${storedAt}`;
