import type { NatsConnection } from 'nats';
import type { InboundMessage } from '../pipeline/delivery.ts';
import type { OutboundMessage } from '../pipeline/ports.ts';
import { BatchPublisher } from './batch.ts';
import { inboxPrefixOf, type NatsOptions, openConnection } from './connect.ts';
import type { Settings } from './consumer-settings.ts';
import { apiError, isStale, refusal } from './errors.ts';
import { storedInbound } from './inbound.ts';
import { JsApi } from './js-api.ts';
import { Presence, somebody } from './presence.ts';
import { readRange } from './recall.ts';
import { announcedMembers } from './roll.ts';

/** A stream as its leader has it. */
export interface FoundStream {
  readonly config: Settings;
  readonly state: {
    readonly messages: number;
    readonly bytes: number;
    readonly first_seq: number;
    readonly last_seq: number;
  };
  /** Nothing where one server keeps it alone. */
  readonly cluster?: { readonly leader?: string };
}

/** A consumer as its leader has it. */
export interface FoundConsumer {
  readonly name: string;
  readonly config: Settings & {
    readonly durable_name?: string;
    readonly deliver_policy?: string;
    readonly filter_subject?: string;
    readonly filter_subjects?: readonly string[];
  };
  readonly ack_floor: { readonly stream_seq: number };
  readonly num_pending: number;
  readonly num_ack_pending: number;
  /** Pulls that are open: somebody reads. */
  readonly num_waiting: number;
}

/** Somebody else wrote to the stream where the next message was to go. */
export class NotAlone extends Error {
  override readonly name = 'NotAlone';
}

const batchMs = 10_000;

/** Each reading costs the broker a look at the whole stream, to say how much is left. */
const readAtOnce = 4_096;

/**
 * What it takes to rearrange a stream as a whole: its settings, its consumers, its messages in order,
 * and writing behind the last one if that is still the last one.
 *
 * All of it throws BusUnavailable and BusRefused.
 */
export class StreamMover implements AsyncDisposable {
  readonly #connection: NatsConnection;
  readonly #api: JsApi;
  readonly #batches: BatchPublisher;
  readonly #name: string;
  readonly #inboxPrefix: string;

  private constructor(connection: NatsConnection, stream: string, inboxPrefix: string) {
    this.#connection = connection;
    this.#api = new JsApi(connection);
    this.#batches = new BatchPublisher(connection, batchMs);
    this.#name = stream;
    this.#inboxPrefix = inboxPrefix;
  }

  static async connect(options: NatsOptions, stream: string): Promise<StreamMover> {
    const connection = await openConnection(options);
    return new StreamMover(connection, stream, inboxPrefixOf(options.name));
  }

  /** The stream; nothing when there is none. */
  async find(): Promise<FoundStream | undefined> {
    const found = await this.#api.ask<FoundStream>(`STREAM.INFO.${this.#name}`);
    if (!found.error) return found;
    if (found.error.err_code === apiError.streamNotFound) return undefined;
    throw refusal(found.error, this.#name);
  }

  async lastSequence(): Promise<number> {
    return (await this.#api.get<FoundStream>(`STREAM.INFO.${this.#name}`)).state.last_seq;
  }

  async configure(config: Settings): Promise<void> {
    await this.#api.get(`STREAM.UPDATE.${this.#name}`, config);
  }

  async consumers(): Promise<readonly FoundConsumer[]> {
    const found: FoundConsumer[] = [];
    for (;;) {
      const { total, consumers } = await this.#api.get<{
        total: number;
        consumers: readonly FoundConsumer[] | null;
      }>(`CONSUMER.LIST.${this.#name}`, { offset: found.length });
      found.push(...(consumers ?? []));
      if (found.length >= total || !consumers?.length) return found;
    }
  }

  /** Makes a durable consumer, or leaves it as it is. */
  async makeConsumer(durable: string, config: Settings): Promise<void> {
    const request = { stream_name: this.#name, config, action: '' };
    await this.#api.get(`CONSUMER.CREATE.${this.#name}.${durable}`, request);
  }

  async deleteConsumer(durable: string): Promise<void> {
    const { error } = await this.#api.ask(`CONSUMER.DELETE.${this.#name}.${durable}`);
    if (error && error.err_code !== apiError.consumerNotFound) throw refusal(error, durable);
  }

  /** The consumer takes all below a sequence for acknowledged, and begins there. */
  async placeConsumer(durable: string, sequence: number): Promise<void> {
    await this.#api.get(`CONSUMER.RESET.${this.#name}.${durable}`, { seq: sequence });
  }

  /** The messages under a filter from one sequence to another, in order, none left out. */
  async *read(filter: string, from: number, to: number): AsyncGenerator<InboundMessage> {
    const stream = this.#name;
    const range = { connection: this.#connection, api: this.#api, stream, filter, durable: '' };
    const all = { ...range, inboxPrefix: this.#inboxPrefix };
    for await (const some of readRange(all, Math.max(1, from), to, readAtOnce)) {
      for (const message of some.values()) {
        const inbound = storedInbound(message, stream);
        if (inbound) yield inbound;
      }
    }
  }

  /**
   * Writes messages one behind the other, all or none; the sequence of the last one.
   *
   * @param after the sequence that is the stream's last now
   * @throws NotAlone when it is not; BusUnavailable when nobody knows whether they are stored
   */
  async write(messages: readonly OutboundMessage[], after: number): Promise<number> {
    const [first, ...rest] = messages;
    if (!first) return after;
    const guarded = {
      ...first,
      headers: { ...first.headers, 'Nats-Expected-Last-Sequence': String(after) },
    };
    const answer = await this.#batches.publish([guarded, ...rest]);
    if (answer.kind === 'stored') return answer.lastSequence;
    const what = `writing to ${this.#name}`;
    if (isStale(answer.error)) throw new NotAlone(`${what}: somebody else writes to it`);
    throw refusal(answer.error, what);
  }

  /** Removes everything below a sequence, or below it under a filter. */
  async purge(below: number, filter?: string): Promise<void> {
    // The broker takes 0 for no bound.
    if (!(below > 0)) throw new RangeError(`no sequence: ${below}`);
    await this.#api.get(`STREAM.PURGE.${this.#name}`, { seq: below, ...(filter && { filter }) });
  }

  /** Overwrites a message and removes it; one that is gone stays gone. */
  async erase(sequence: number): Promise<void> {
    await this.#api.ask(`STREAM.MSG.DELETE.${this.#name}`, { seq: sequence, no_erase: false });
  }

  /** The replicas of a service that have announced themselves within the last seconds. */
  livingMembers(service: string): Promise<readonly string[]> {
    return announcedMembers(this.#connection, this.#api, service);
  }

  /** Whether a process of a service is connected, and says so when it is asked: a frozen one does not. */
  isConnected(service: string): Promise<'answers' | 'silent' | 'nobody'> {
    return new Presence(this.#connection, service).ask(somebody);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection.close();
  }
}
