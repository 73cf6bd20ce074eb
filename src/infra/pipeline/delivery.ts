import type { HeaderReader } from '../../contracts/envelope.ts';

/** A message as it lies in a stream, before anything is made of it. */
export interface InboundMessage {
  /** The subject under which it is stored. */
  readonly subject: string;
  readonly stream: string;
  readonly sequence: number;
  /** When the stream stored it, milliseconds since 1970. */
  readonly storedAt: number;
  readonly body: Uint8Array;
  /** The header lines as they came, where they are at hand: the usual layout is read out of them at once. */
  readonly headerLines?: string | undefined;
  /** Reads one header by its lower-case name. */
  readonly header: HeaderReader;
  /** All headers, names as they were sent: for a dead letter, not for every event. */
  readonly allHeaders: () => Readonly<Record<string, string>>;
}

/** One delivery of a message, to be settled exactly once. */
export interface Delivery {
  readonly message: InboundMessage;
  /** How often the broker has delivered it, from 1; counts can be lost in a broker's crash. */
  readonly attempt: number;
  /** The partition that it belongs to, when its source delivers partitions to their owners. */
  readonly partition?: number | undefined;
  /**
   * It was read from the stream when its partition was taken over, not delivered: it may be settled
   * already, and only the state of its key can tell.
   */
  readonly isRead?: boolean;
  settle(settlement: Settlement): void;
  /** Renews the lease: the broker waits its full time again before it delivers to somebody else. */
  extend(): void;
}

/** What becomes of a delivery; the adapter turns it into ack, nak or term. */
export type Settlement =
  /** Handled, or set aside as a dead letter: never again. */
  | { readonly kind: 'done' }
  /** Like `done`, and the message itself is overwritten in the stream: it held a secret in plain text. */
  | { readonly kind: 'erase' }
  /** Not started: for any replica, at once. */
  | { readonly kind: 'hand-back' }
  /** Neither handled nor settled: it comes again if it is not settled already. */
  | { readonly kind: 'leave' };

/** Where deliveries come from: one durable consumer. */
export interface EventSource {
  /** Begins to deliver, never more than there is room for. */
  start(sink: Sink): RunningSource;
}

/** What takes the deliveries of a source. */
export interface Sink {
  /** How many more deliveries can be taken now. */
  room(): number;
  take(delivery: Delivery): void;
  /** A partition is this process's from now on: what is remembered of its keys may be old. */
  acquire(partition: number): void;
  /**
   * A partition is this process's no more: nothing of it is started any more. `hand-back`: what had
   * not started is for the next owner, at once. `forget`: somebody else is the owner already, and a
   * word about it would only disturb. Resolves when what had started is settled.
   */
  release(partition: number, how: 'hand-back' | 'forget'): Promise<void>;
}

export interface RunningSource {
  /** There may be room again. */
  refill(): void;
  /** True while connected and bound to its consumer; also while it owns nothing and stands by. */
  isPulling(): boolean;
  /**
   * Up to which sequence every message of a partition is settled, as far as is known: it may be more
   * already; 0 while nothing is known.
   */
  settledUpTo(partition: number): number;
  /** Asks for no more; what still arrives is handed back. Resolves when nothing can arrive any more. */
  stop(): Promise<void>;
  /** After {@link stop}: gives up what it owns, for others to take over at once. */
  close(): Promise<void>;
}
