import { createInbox, type Msg, type NatsConnection } from 'nats';
import { BusUnavailable } from '../pipeline/errors.ts';
import { Bucket } from './bucket.ts';
import { inboxPrefixOf, type NatsOptions, openConnection } from './connect.ts';
import { type ApiError, apiError, clientFailure, refusal } from './errors.ts';
import { JsApi } from './js-api.ts';
import { membersBucket } from './members.ts';
import { Presence, somebody } from './presence.ts';

/** What a snapshot is of: the stream's settings, and what it held. The broker wants both back. */
export interface SnapshotHead {
  readonly config: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly state: Readonly<Record<string, unknown>> & {
    readonly messages: number;
    readonly bytes: number;
    readonly last_seq: number;
  };
}

type Answer<Body> = (Body & { readonly error?: undefined }) | { readonly error: ApiError };

/** The broker reads or writes a whole stream before it answers. */
const answerMs = 120_000;
/** How long it may say nothing while a snapshot is under way. */
const silenceMs = 30_000;
const chunkBytes = 128 * 1024;

/**
 * Whole streams as the broker itself keeps and takes them: messages, settings, and the consumers with
 * what is acknowledged to them, one image of one moment.
 *
 * All of it throws BusUnavailable and BusRefused.
 */
export class StreamSnapshots implements AsyncDisposable {
  readonly #connection: NatsConnection;
  readonly #api: JsApi;
  readonly #inboxPrefix: string;

  private constructor(connection: NatsConnection, inboxPrefix: string) {
    this.#connection = connection;
    this.#api = new JsApi(connection);
    this.#inboxPrefix = inboxPrefix;
  }

  static async connect(options: NatsOptions): Promise<StreamSnapshots> {
    return new StreamSnapshots(await openConnection(options), inboxPrefixOf(options.name));
  }

  /** The version of the broker. */
  get serverVersion(): string {
    return this.#connection.info?.version ?? 'unknown';
  }

  async exists(stream: string): Promise<boolean> {
    const { error } = await this.#api.ask(`STREAM.INFO.${stream}`);
    if (!error) return true;
    if (error.err_code === apiError.streamNotFound) return false;
    throw refusal(error, stream);
  }

  /**
   * The workers of a service, as far as the broker knows: replicas that have announced themselves within
   * the last seconds, else whether any process of it is connected. Those without order announce nothing,
   * nor do frozen ones.
   */
  async workersOf(service: string): Promise<readonly string[]> {
    const settings = { name: membersBucket, storage: 'memory', replicas: 1 } as const;
    const bucket = new Bucket(this.#connection, this.#api, settings);
    const members = await bucket.keys(`${service}.*`);
    if (members.length > 0) return members;
    const found = await new Presence(this.#connection, service).ask(somebody);
    return found === 'nobody' ? [] : [`${service}, which is connected`];
  }

  /**
   * Hands a snapshot on, part by part and in order; the broker sends no faster than they are taken.
   *
   * @throws BusUnavailable also when the broker gives up in the middle: what was handed on is nothing
   */
  async save(stream: string, take: (chunk: Uint8Array) => Promise<void>): Promise<SnapshotHead> {
    const inbox = createInbox(this.#inboxPrefix);
    const chunks = this.#connection.subscribe(inbox);
    try {
      const head = await this.#ask<SnapshotHead>(
        `$JS.API.STREAM.SNAPSHOT.${stream}`,
        JSON.stringify({ deliver_subject: inbox, chunk_size: chunkBytes, jsck: true }),
      );
      const watch = watchFor(silenceMs, () => chunks.unsubscribe());
      try {
        for await (const chunk of chunks) {
          watch.heard();
          if (chunk.data.length === 0) return ended(chunk, head);
          await take(chunk.data);
          if (chunk.reply) chunk.respond();
        }
      } finally {
        watch.end();
      }
      throw new BusUnavailable(`the snapshot of ${stream} came to a halt`);
    } finally {
      chunks.unsubscribe();
    }
  }

  /**
   * Makes a stream of a snapshot.
   *
   * @throws BusRefused when there is one of its name, or when the broker finds the snapshot damaged
   */
  async restore({ config, state }: SnapshotHead, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const path = `$JS.API.STREAM.RESTORE.${config.name}`;
    const begun = await this.#ask<{ deliver_subject: string }>(
      path,
      JSON.stringify({ config, state }),
    );
    for await (const chunk of chunks) await this.#send(begun.deliver_subject, chunk);
    await this.#ask(begun.deliver_subject, '');
  }

  /** Each part is answered by nothing, or by why the rest would be in vain. */
  async #send(subject: string, chunk: Uint8Array): Promise<void> {
    const answer = await this.#request(subject, chunk);
    if (answer.data.length > 0) refuse(answer.json<Answer<object>>(), subject);
  }

  async #ask<Body>(subject: string, body: string): Promise<Body> {
    const answer = (await this.#request(subject, body)).json<Answer<Body>>();
    return refuse(answer, subject);
  }

  async #request(subject: string, body: string | Uint8Array): Promise<Msg> {
    try {
      return await this.#connection.request(subject, body, { timeout: answerMs });
    } catch (cause) {
      throw clientFailure(cause, subject);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection.close();
  }
}

const refuse = <Body>(answer: Answer<Body>, what: string): Body => {
  if (answer.error) throw refusal(answer.error, what);
  return answer;
};

/** The last message is empty and says in its header whether all is well. */
const ended = ({ headers }: Msg, head: SnapshotHead): SnapshotHead => {
  if (headers && headers.code >= 300) {
    throw new BusUnavailable(`the snapshot of ${head.config.name}: ${headers.description}`);
  }
  return head;
};

/** Calls when nothing has been heard for so long. */
const watchFor = (ms: number, call: () => void) => {
  let timer = setTimeout(call, ms);
  return {
    heard: () => {
      clearTimeout(timer);
      timer = setTimeout(call, ms);
    },
    end: () => clearTimeout(timer),
  };
};
