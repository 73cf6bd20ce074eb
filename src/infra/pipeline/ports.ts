import type { OutgoingEvent } from '../../contracts/define-event.ts';
import type { QueryContract } from '../../contracts/define-query.ts';
import type { Envelope } from '../../contracts/envelope.ts';
import type { KeyPlace, RetryPlace, ServiceStream } from '../../contracts/streams.ts';
import { token } from '../di/token.ts';
import type { EventSource, InboundMessage } from './delivery.ts';
import type { Ownership } from './ownership.ts';
import type { Roll } from './roll.ts';
import type { StreamWatch } from './stream-watch.ts';
import type { SuspectMarks } from './suspects.ts';
import type { Upkeep } from './upkeep.ts';

/** A message to be stored. */
export interface OutboundMessage {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What is written together or not at all. */
export interface Commitment {
  /** The new record of a key, guarded by the revision that it was decided upon (0: none yet). */
  readonly state?: {
    readonly place: KeyPlace;
    readonly revision: number;
    readonly record: string;
  };
  /**
   * Written only while nothing lies under its subject yet: else everything is stale. It stands in the
   * place of a state, never beside one.
   */
  readonly claim?: OutboundMessage;
  readonly messages: readonly OutboundMessage[];
  /** The trace of the try that decided; it is handed on with the batch that the decision went in. */
  readonly trace?: object | undefined;
}

export type CommitResult =
  /** All of it is stored; `revision` is the new one of the key's state. */
  | { readonly kind: 'committed'; readonly revision: number }
  /** Nothing is stored: the state has moved on. Read it again. */
  | { readonly kind: 'stale' }
  /** Nobody knows whether it is stored: read the state again, it tells. */
  | { readonly kind: 'unknown' };

/** Writes decisions into one service's stream. */
export interface Commit {
  /** @throws BusUnavailable, BusRefused */
  commit(commitment: Commitment): Promise<CommitResult>;
  /** Stores a message that belongs to no state, once within the duplicate window. @throws as commit */
  store(message: OutboundMessage, id: string): Promise<void>;
}

/** Keeps messages of one service until their time, outside of any process. */
export interface RetrySchedule {
  /**
   * Stores a message that the readers of the service's retry stream get at a time, or soon after.
   *
   * Of one place only the last one waits; stored again under the same id it is stored once within the
   * bus's duplicate window. Resolves when it is stored.
   *
   * @throws BusRefused when it is too large, which lasts, or when too much waits already; BusUnavailable
   */
  schedule(retry: ScheduledRetry): Promise<void>;
}

/** A message that waits for its time. */
export interface ScheduledRetry extends Omit<OutboundMessage, 'subject'> {
  readonly place: RetryPlace;
  readonly id: string;
  /** How long from now, whatever this process's clock says. */
  readonly afterMs: number;
}

/** Reads the states of one service's keys, always the latest one. */
export interface StateReader {
  /** The record's JSON and its revision; nothing when the key has none. @throws BusUnavailable */
  read(
    place: KeyPlace,
  ): Promise<{ readonly revision: number; readonly record: string } | undefined>;
}

/** Reads single messages of one stream, always as its leader has them. */
export interface MessageReader {
  /** The message at a sequence; nothing when there is none, or none any more. @throws BusUnavailable */
  at(sequence: number): Promise<InboundMessage | undefined>;
  /** The first message under a filter from a sequence on. @throws BusUnavailable */
  next(filter: string, from: number): Promise<InboundMessage | undefined>;
  /** The last message under a filter. @throws BusUnavailable */
  last(filter: string): Promise<InboundMessage | undefined>;
}

/** What the stream said to a publish. */
export interface Published {
  readonly id: string;
  readonly stream: string;
  /** Where it is stored; of a duplicate, where the first one is. */
  readonly sequence: number;
  readonly duplicate: boolean;
}

/** Opens the states of any service's stream. */
export type StatesOf = (stream: ServiceStream) => StateReader;
export const StatesOf = token<StatesOf>('StatesOf');

/** Publishes request events as any producer may. */
export interface EventPublisher {
  /**
   * Publishes and waits for the stream's acknowledgement; repeats itself, under one id, until then.
   *
   * @throws BusUnavailable when there was no acknowledgement in time: the event may or may not be
   * stored, publishing it again under the same id is safe. BusRefused when the stream refused it.
   */
  publish(event: OutgoingEvent, envelope: Envelope, deadlineMs?: number): Promise<Published>;
}

/** Publishes messages that somebody else has encoded, as {@link EventPublisher} does events. */
export interface RawPublisher {
  /** @throws BusUnavailable, BusRefused: as {@link EventPublisher.publish} */
  publishRaw(message: OutboundMessage, id: string, deadlineMs?: number): Promise<Published>;
}

/** Follows what a stream holds under a filter, from the beginning or from now, without acknowledging. */
export interface Following {
  readonly stream: ServiceStream;
  readonly filters: readonly string[];
  /** `last`: the last message of each subject, then what comes. `new`: only what comes. A number: from that sequence. */
  readonly from: 'last' | 'new' | number;
  readonly take: (message: InboundMessage) => void;
}

export interface Follower {
  /** Resolves when everything that was there at the start has been taken. */
  readonly caughtUp: Promise<void>;
  stop(): Promise<void>;
}

/** Who reads what of which stream and acknowledges it. */
export interface ConsumerDeclaration {
  readonly stream: ServiceStream;
  /** The durable consumer, named after the service that reads. */
  readonly durable: string;
  readonly filter: string;
  /**
   * `key`: each partition has a durable consumer of its own (`partitionConsumers`) and one owner among
   * the replicas, who gets it in the stream's order. `none`: all replicas share one durable consumer.
   */
  readonly ordering: 'key' | 'none';
  /** The reader recognises by a key's state what it has handled: it is given rather too much than too little. */
  readonly recognises: boolean;
  /**
   * How a partition is acknowledged: `each` event by itself, or by `watermark`, up to the last one
   * before which all are settled. A consumer that is there stays as it was made. @default each
   */
  readonly acknowledge?: 'each' | 'watermark' | undefined;
  /** How long the broker waits for an acknowledgement before it delivers again. */
  readonly ackWaitMs: number;
  /** How many events of one durable consumer may be unacknowledged at all replicas together. */
  readonly maxAckPending: number;
}

/** The streams and consumers that must be there. */
export interface Topology {
  readonly streams: readonly ServiceStream[];
  /** Streams of other services: made where they are missing, and never changed. */
  readonly others?: readonly ServiceStream[];
  readonly consumers: readonly ConsumerDeclaration[];
}

/** How far a consumer is behind, as its leader says. */
export interface Lag {
  readonly pending: number;
  readonly unacknowledged: number;
}

/** How far a reader of a stream is behind, over all its partitions; it is named after its service. */
export interface NamedLag extends Lag {
  readonly stream: string;
  readonly durable: string;
}

/** Tells whether request events of a key are still waiting that were stored before a moment. */
export interface Backlog {
  /**
   * True while the service that owns the stream may still have to handle an event of the key's
   * partition that was stored before `time` (milliseconds since 1970). @throws BusUnavailable
   */
  hasPendingBefore(stream: ServiceStream, key: string, time: number): Promise<boolean>;
}
export const Backlog = token<Backlog>('Backlog');

/** Asks any replica of the service that answers. */
export interface QueryClient {
  /** @throws BusUnavailable when nobody answers in time, QueryFailed when the service could not. */
  ask<Question, Answer>(
    query: QueryContract<Question, Answer>,
    question: NoInfer<Question>,
  ): Promise<Answer>;
}

/** Answers one query; what it throws the asker sees as a failure. */
export type Answerer = (question: unknown) => Promise<unknown>;

/** One bus, whatever carries it: NATS JetStream, or memory. */
export interface Bus extends AsyncDisposable {
  /** Creates or updates; @throws TopologyConflict when a change would destroy something. */
  ensure(topology: Topology): Promise<void>;
  source(consumer: ConsumerDeclaration): EventSource;
  commits(stream: ServiceStream): Commit;
  states(stream: ServiceStream): StateReader;
  /** Where events of the service wait for their next try; its retry stream must be there. */
  retries(stream: ServiceStream): RetrySchedule;
  /** Reads messages of a stream, given by its name. */
  messages(stream: string): MessageReader;
  follow(following: Following): Follower;
  /** Answers on behalf of a service, as one of a queue group; resolves to what ends it. */
  serve(service: string, queries: ReadonlyMap<string, Answerer>): Promise<AsyncDisposable>;
  /** How far one reader of a stream is behind. @throws BusUnavailable */
  lag(consumer: Pick<ConsumerDeclaration, 'stream' | 'durable'>): Promise<Lag>;
  /** How far every reader of a stream is behind, whoever it is. @throws BusUnavailable */
  lagsOf(stream: ServiceStream): Promise<readonly NamedLag[]>;
  isConnected(): boolean;
  /** What this process has to hear and the broker does not permit now; nothing where all is permitted. */
  refusals?(): readonly string[];
  /** Calls back at each new connection to the broker, until the returned function is called. */
  onReconnect(run: () => void): () => void;
  readonly publisher: EventPublisher & RawPublisher;
  readonly queries: QueryClient;
  readonly backlog: Backlog;
  readonly suspects: SuspectMarks;
  /** Nothing where streams end with their process: there is nothing to look after or at. */
  readonly upkeep?: Upkeep;
  readonly watch?: StreamWatch;
  /** Nothing where a process is alone and has all there is. */
  readonly roll?: Roll;
  readonly ownership?: Ownership;
}

/** The declared topology and what the broker has differ in a way that must not be changed in passing. */
export class TopologyConflict extends Error {
  override readonly name = 'TopologyConflict';
}
