import { ErrorCode, type NatsConnection, NatsError, nuid } from 'nats';
import type { NatsOptions } from './connect.ts';
import { type ApiError, apiError, clientFailure, refusal } from './errors.ts';
import { writeHeaderLines } from './header-lines.ts';
import type { JsApi } from './js-api.ts';
import { readMessage } from './stored-message.ts';

const bucket = 'millrace-leases';

/** A key-value bucket, as the tools of NATS know them; what is in it goes by its own time to live. */
const bucketSettings = ({ replicas, storage }: Pick<NatsOptions, 'replicas' | 'storage'>) => ({
  name: `KV_${bucket}`,
  subjects: [`$KV.${bucket}.>`],
  max_msgs_per_subject: 1,
  discard: 'new',
  allow_direct: true,
  allow_rollup_hdrs: true,
  allow_msg_ttl: true,
  deny_delete: true,
  storage,
  num_replicas: replicas,
});

interface Acknowledgement {
  readonly seq?: number;
  readonly error?: ApiError;
}

/** What is held for less would be gone before anybody hears of it; the broker counts whole seconds. */
const leastSeconds = 1;

/**
 * Leases in a key-value bucket: one of all processes holds one, until it has not asked for its time.
 *
 * Taking one is writing a key that must not be there, renewing it is writing upon one's own
 * revision; the broker removes it when its time to live is over. No clock but the broker's counts.
 */
export class NatsLeases {
  readonly #connection: NatsConnection;
  readonly #api: JsApi;
  readonly #options: Pick<NatsOptions, 'replicas' | 'storage'>;
  readonly #holder = nuid.next();
  readonly #revisions = new Map<string, number>();

  constructor(
    connection: NatsConnection,
    api: JsApi,
    options: Pick<NatsOptions, 'replicas' | 'storage'>,
  ) {
    this.#connection = connection;
    this.#api = api;
    this.#options = options;
  }

  /** @throws BusUnavailable, BusRefused */
  async hold(lease: string, forMs: number): Promise<boolean> {
    const subject = `$KV.${bucket}.${lease}`;
    if (await this.#write(subject, this.#revisions.get(subject) ?? 0, forMs)) return true;
    // What was remembered may be over, or an answer that never came may have said that it is ours.
    const held = await readMessage(this.#api, `KV_${bucket}`, { last_by_subj: subject });
    if (held && held.body.toString('utf8') !== this.#holder) return false;
    return this.#write(subject, held?.sequence ?? 0, forMs);
  }

  async #write(subject: string, revision: number, forMs: number): Promise<boolean> {
    let answer = await this.#put(subject, revision, forMs);
    if (!answer) {
      await this.#makeBucket();
      answer = await this.#put(subject, revision, forMs);
    }
    if (!answer || answer.error?.err_code === apiError.wrongLastSequence) return false;
    if (answer.error) throw refusal(answer.error, subject);
    this.#revisions.set(subject, answer.seq ?? 0);
    return true;
  }

  async #makeBucket(): Promise<void> {
    const { error } = await this.#api.ask(
      `STREAM.CREATE.KV_${bucket}`,
      bucketSettings(this.#options),
    );
    if (error && error.err_code !== apiError.streamNameInUse) throw refusal(error, bucket);
  }

  /** Nothing when nobody takes the subject: there is no bucket yet. */
  async #put(
    subject: string,
    revision: number,
    forMs: number,
  ): Promise<Acknowledgement | undefined> {
    const toBroker = {
      'Nats-Expected-Last-Subject-Sequence': String(revision),
      'Nats-TTL': `${Math.max(leastSeconds, Math.ceil(forMs / 1000))}s`,
    };
    try {
      const headers = writeHeaderLines(toBroker, {});
      const options = { headers, timeout: 3000 };
      return (await this.#connection.request(subject, this.#holder, options)).json();
    } catch (cause) {
      if (cause instanceof NatsError && cause.code === ErrorCode.NoResponders) return undefined;
      throw clientFailure(cause, subject);
    }
  }
}
