import { ErrorCode, type NatsConnection, NatsError } from 'nats';
import { BusUnavailable } from '../pipeline/errors.ts';
import type { Suspect, SuspectMarks } from '../pipeline/suspects.ts';
import type { NatsOptions } from './connect.ts';
import { type ApiError, apiError, clientFailure, refusal } from './errors.ts';
import type { JsApi } from './js-api.ts';
import { readMessage } from './stored-message.ts';

const bucket = 'millrace-suspects';
const stream = `KV_${bucket}`;

/** Longer than anybody takes to bring back a worker that ends again and again. */
const keptForMs = 7 * 24 * 3_600_000;

const bucketSettings = ({ replicas, storage }: Pick<NatsOptions, 'replicas' | 'storage'>) => ({
  name: stream,
  subjects: [`$KV.${bucket}.>`],
  max_msgs_per_subject: 1,
  max_age: keptForMs * 1_000_000,
  discard: 'new',
  allow_direct: true,
  allow_rollup_hdrs: true,
  storage,
  num_replicas: replicas,
});

const isUnanswered = new Set<string>([ErrorCode.NoResponders, ErrorCode.Timeout]);

interface Acknowledgement {
  readonly error?: ApiError;
}

/** Marks in a key-value bucket, as the tools of NATS know them; it is made when the first is needed. */
export class NatsSuspects implements SuspectMarks {
  readonly #connection: NatsConnection;
  readonly #api: JsApi;
  readonly #options: Pick<NatsOptions, 'replicas' | 'storage'>;

  constructor(
    connection: NatsConnection,
    api: JsApi,
    options: Pick<NatsOptions, 'replicas' | 'storage'>,
  ) {
    this.#connection = connection;
    this.#api = api;
    this.#options = options;
  }

  async count(suspect: Suspect): Promise<number> {
    const subject = subjectOf(suspect);
    const answer = await this.#api.ask(`STREAM.INFO.${stream}`);
    if (answer.error?.err_code === apiError.streamNotFound) return 0;
    if (answer.error) throw refusal(answer.error, bucket);
    const found = await readMessage(this.#api, stream, { last_by_subj: subject });
    return Number(found?.body.toString('utf8') ?? 0);
  }

  async mark(suspect: Suspect, count: number): Promise<void> {
    const subject = subjectOf(suspect);
    if (await this.#put(subject, count)) return;
    const { error } = await this.#api.ask(`STREAM.CREATE.${stream}`, bucketSettings(this.#options));
    if (error && error.err_code !== apiError.streamNameInUse) throw refusal(error, bucket);
    if (!(await this.#put(subject, count))) throw new BusUnavailable(`${bucket}: no answer`);
  }

  async clear(suspect: Suspect): Promise<void> {
    const answer = await this.#api.ask(`STREAM.PURGE.${stream}`, { filter: subjectOf(suspect) });
    if (!answer.error || answer.error.err_code === apiError.streamNotFound) return;
    throw refusal(answer.error, bucket);
  }

  /**
   * False when nobody answers on the subject: there is no bucket yet. Where somebody else happens to
   * listen there, that shows as a time-out.
   */
  async #put(subject: string, count: number): Promise<boolean> {
    try {
      const reply = await this.#connection.request(subject, String(count), { timeout: 3000 });
      const { error } = reply.json<Acknowledgement>();
      if (error) throw refusal(error, bucket);
      return true;
    } catch (cause) {
      if (cause instanceof NatsError && isUnanswered.has(cause.code)) return false;
      if (cause instanceof NatsError) throw clientFailure(cause, bucket);
      throw cause;
    }
  }
}

const subjectOf = (suspect: Suspect): string =>
  `$KV.${bucket}.${suspect.stream}.${suspect.sequence}.${suspect.storedAt}`;
