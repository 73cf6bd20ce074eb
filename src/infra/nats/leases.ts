import { type NatsConnection, nuid } from 'nats';
import { Bucket } from './bucket.ts';
import type { NatsOptions } from './connect.ts';
import { apiError, refusal } from './errors.ts';
import type { JsApi } from './js-api.ts';

/** What is held for less would be gone before anybody hears of it; the broker counts whole seconds. */
const leastSeconds = 1;

/**
 * Leases in a key-value bucket: one of all processes holds one, until it has not asked for its time.
 *
 * Taking one is writing a key that must not be there, renewing it is writing upon one's own
 * revision; the broker removes it when its time to live is over. No clock but the broker's counts.
 */
export class NatsLeases {
  readonly #bucket: Bucket;
  readonly #holder = nuid.next();
  readonly #revisions = new Map<string, number>();

  constructor(
    connection: NatsConnection,
    api: JsApi,
    { replicas, storage }: Pick<NatsOptions, 'replicas' | 'storage'>,
  ) {
    const settings = { name: 'millrace-leases', storage, replicas, entriesExpire: true };
    this.#bucket = new Bucket(connection, api, settings);
  }

  /** @throws BusUnavailable, BusRefused */
  async hold(lease: string, forMs: number): Promise<boolean> {
    if (await this.#write(lease, this.#revisions.get(lease) ?? 0, forMs)) return true;
    // What was remembered may be over, or an answer that never came may have said that it is ours.
    const held = await this.#bucket.read(lease);
    if (held && held.body.toString('utf8') !== this.#holder) return false;
    return this.#write(lease, held?.sequence ?? 0, forMs);
  }

  async #write(lease: string, revision: number, forMs: number): Promise<boolean> {
    const { seq, error } = await this.#bucket.write(lease, this.#holder, {
      'Nats-Expected-Last-Subject-Sequence': String(revision),
      'Nats-TTL': `${Math.max(leastSeconds, Math.ceil(forMs / 1000))}s`,
    });
    if (error?.err_code === apiError.wrongLastSequence) return false;
    if (error) throw refusal(error, lease);
    this.#revisions.set(lease, seq ?? 0);
    return true;
  }
}
