import { ErrorCode, type NatsConnection, NatsError } from 'nats';
import { BusUnavailable } from '../pipeline/errors.ts';
import type { NatsOptions } from './connect.ts';
import { nanoseconds, type Settings } from './consumer-settings.ts';
import { type ApiError, apiError, clientFailure, refusal } from './errors.ts';
import { writeHeaderLines } from './header-lines.ts';
import type { JsApi } from './js-api.ts';
import { readMessage, type StoredMessage } from './stored-message.ts';

/** A key-value bucket: its name, and what it keeps for how long. */
export interface BucketSettings {
  readonly name: string;
  readonly storage: NatsOptions['storage'];
  /** How many servers keep it. */
  readonly replicas: number;
  /** How long an entry is kept after it was written. @default for good */
  readonly keptForMs?: number;
  /** Entries may say how long they live (`Nats-TTL`). */
  readonly entriesExpire?: boolean;
}

/** What a bucket says of a write: the revision of the entry, or why it refuses. */
export interface Written {
  readonly seq?: number;
  readonly error?: ApiError;
}

/** The broker's own bound of how long it knows message ids; it must not exceed the age of messages. */
const duplicateWindowMs = 120_000;

const streamSettings = (settings: BucketSettings): Settings => {
  const { name, storage, replicas, keptForMs, entriesExpire = false } = settings;
  return {
    name: `KV_${name}`,
    subjects: [`$KV.${name}.>`],
    max_msgs_per_subject: 1,
    discard: 'new',
    allow_direct: true,
    allow_rollup_hdrs: true,
    deny_delete: true,
    storage,
    num_replicas: replicas,
    ...(entriesExpire ? { allow_msg_ttl: true } : {}),
    ...(keptForMs === undefined
      ? {}
      : {
          max_age: nanoseconds(keptForMs),
          duplicate_window: nanoseconds(Math.min(keptForMs, duplicateWindowMs)),
        }),
  };
};

/** The header that says of a message that it is no entry but the mark of a deleted one. */
const operation = 'KV-Operation';

const isUnanswered = new Set<string>([ErrorCode.NoResponders, ErrorCode.Timeout]);

/**
 * A key-value bucket as the tools of NATS know them, which is made when it is first needed and made
 * again when it is gone.
 *
 * Whether it is there cannot be told from a write alone: without it nobody answers, which shows at
 * once; but where anybody at all listens on its subjects (`$KV.>`), it shows as a time-out.
 */
export class Bucket {
  readonly #connection: NatsConnection;
  readonly #api: JsApi;
  readonly #settings: BucketSettings;
  readonly #stream: string;
  #isMade = false;

  constructor(connection: NatsConnection, api: JsApi, settings: BucketSettings) {
    this.#connection = connection;
    this.#api = api;
    this.#settings = settings;
    this.#stream = `KV_${settings.name}`;
  }

  /** The subject on which an entry is written and heard of. */
  subject(key: string): string {
    return `$KV.${this.#settings.name}.${key}`;
  }

  /** Makes the bucket where there is none; one with other settings stays as it is. @throws BusUnavailable, BusRefused */
  async make(): Promise<void> {
    const { error } = await this.#api.ask(
      `STREAM.CREATE.${this.#stream}`,
      streamSettings(this.#settings),
    );
    if (error && error.err_code !== apiError.streamNameInUse) throw this.#refused(error);
    this.#isMade = true;
  }

  /**
   * Writes an entry; resolves to what the bucket says of it.
   *
   * A write that was not answered is repeated: it may have been done before. @throws BusUnavailable, BusRefused
   */
  async write(
    key: string,
    body: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Written> {
    if (!this.#isMade) await this.make();
    const first = await this.writeOnce(key, body, headers);
    if (first) return first;
    await this.make();
    const second = await this.writeOnce(key, body, headers);
    if (!second) throw new BusUnavailable(`${this.#settings.name}: no answer`);
    return second;
  }

  /** Writes an entry; nothing when nobody answered: there may be no bucket. @throws BusUnavailable, BusRefused */
  async writeOnce(
    key: string,
    body: string,
    toBroker: Readonly<Record<string, string>> = {},
    timeout = 3_000,
  ): Promise<Written | undefined> {
    const headers = writeHeaderLines('', toBroker);
    const subject = this.subject(key);
    try {
      return (await this.#connection.request(subject, body, { headers, timeout })).json();
    } catch (cause) {
      if (cause instanceof NatsError && isUnanswered.has(cause.code)) return undefined;
      throw clientFailure(cause, this.#settings.name);
    }
  }

  /** The entry of a key as the bucket's leader has it; nothing without one, or without a bucket. @throws BusUnavailable, BusRefused */
  async read(key: string): Promise<StoredMessage | undefined> {
    if (!(await this.#info())) return undefined;
    return readMessage(this.#api, this.#stream, { last_by_subj: this.subject(key) });
  }

  /** The keys that a pattern lets pass and that are not marked as deleted. @throws BusUnavailable, BusRefused */
  async keys(pattern: string): Promise<readonly string[]> {
    const info = await this.#info({ subjects_filter: this.subject(pattern) });
    const subjects = Object.keys(info?.state.subjects ?? {});
    // The list has marks too, which stay when whoever left one died before it was purged.
    const entries = await Promise.all(
      subjects.map((subject) => readMessage(this.#api, this.#stream, { last_by_subj: subject })),
    );
    const begin = this.subject('').length;
    return entries
      .filter((entry) => entry !== undefined)
      .filter(({ headers }) => !headers.includes(`${operation}:`))
      .map(({ subject }) => subject.slice(begin));
  }

  /** Tells those who listen that an entry is deleted. What stays of it goes with {@link purge}. @throws BusUnavailable, BusRefused */
  async markDeleted(key: string): Promise<void> {
    await this.writeOnce(key, '', { [operation]: 'DEL' }, 500);
  }

  /** Leaves nothing of an entry, not even a mark. @throws BusUnavailable, BusRefused */
  async purge(key: string): Promise<void> {
    const request = { filter: this.subject(key) };
    const { error } = await this.#api.ask(`STREAM.PURGE.${this.#stream}`, request);
    if (error && error.err_code !== apiError.streamNotFound) throw this.#refused(error);
  }

  async #info(request?: unknown): Promise<StreamInfo | undefined> {
    const answer = await this.#api.ask<StreamInfo>(`STREAM.INFO.${this.#stream}`, request);
    if (!answer.error) return answer;
    if (answer.error.err_code === apiError.streamNotFound) return undefined;
    throw this.#refused(answer.error);
  }

  #refused(error: ApiError): Error {
    return refusal(error, this.#settings.name);
  }
}

interface StreamInfo {
  readonly state: { readonly subjects?: Readonly<Record<string, number>> };
}
