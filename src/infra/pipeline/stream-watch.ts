import type { ServiceStream } from '../../contracts/streams.ts';

/** How far one durable consumer is, as its leader says. */
export interface ConsumerSight {
  readonly consumer: string;
  /** The service that it belongs to; its own name when it says nothing of that. */
  readonly service: string;
  /** Not delivered to anybody yet. */
  readonly pending: number;
  /** Delivered and not acknowledged. */
  readonly unacknowledged: number;
  /** How many may be; nothing without a limit. */
  readonly unacknowledgedLimit: number | undefined;
  /** Of the unacknowledged, those that were delivered more than once. */
  readonly redelivered: number;
  /** Requests for messages that it has not filled. */
  readonly waitingPulls: number;
  /** Whether it is given to a client; nothing where all clients share it. */
  readonly isPinned: boolean | undefined;
  /** When the oldest message was stored that it has yet to settle; nothing when there is none. */
  readonly oldestStoredAt: number | undefined;
  /** Messages in the stream that it reads, settled or not. */
  readonly stored: number;
}

/** A server that keeps a copy of a stream, as the stream's leader says. */
export interface ServerSight {
  readonly name: string;
  readonly isLeader: boolean;
  /** Its copy is up to date. */
  readonly isCurrent: boolean;
  readonly isOnline: boolean;
}

/** How a stream is, and how far its readers are. */
export interface StreamSight {
  readonly messages: number;
  readonly bytes: number;
  /** What it may hold at most; nothing when only the broker's own limit holds. */
  readonly limitBytes: number | undefined;
  readonly lastSequence: number;
  /** When its oldest message was stored; nothing when it is empty. */
  readonly oldestStoredAt: number | undefined;
  /** On how many servers it is to be, and on how many it is and up to date. */
  readonly replicas: { readonly configured: number; readonly current: number };
  /** Those that keep it, its leader first. */
  readonly servers: readonly ServerSight[];
  readonly consumers: readonly ConsumerSight[];
}

/** What brokers tell everybody of a stream or one of its consumers. */
export interface Advisory {
  readonly stream: string;
  readonly kind:
    | 'leader-elected'
    | 'quorum-lost'
    | 'batch-abandoned'
    | 'deliveries-exceeded'
    | 'terminated';
}

/** Reads how streams are, without changing anything. */
export interface StreamWatch {
  /**
   * One stream; nothing when it does not exist.
   *
   * Request events of a partition that has no consumer wait for its service all the same: it is there
   * as one that has been delivered nothing. @throws BusUnavailable, BusRefused
   */
  look(stream: ServiceStream): Promise<StreamSight | undefined>;
  /** Tells of advisories as they come, until the returned function is called; none of before. */
  listen(tell: (advisory: Advisory) => void): () => void;
}
