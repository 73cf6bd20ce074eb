import type { Envelope } from '../../contracts/envelope.ts';
import { type InvalidEvent, invalidReasons } from '../../contracts/invalid-event.ts';
import type { KeyPlace } from '../../contracts/streams.ts';
import type { TraceContext } from '../../contracts/trace-context.ts';
import type { InboundMessage } from './delivery.ts';
import type { AnyRoute, Decision } from './handler.ts';
import type { Turn } from './parked.ts';

/** An event on its way through the pipeline. */
export interface IncomingEvent {
  readonly message: InboundMessage;
  readonly envelope: Envelope;
  /** The data in the contract's current version; meaningless when there is a `problem`. */
  readonly data: unknown;
  /** The key as its contract reads it from the data; empty when there is a `problem`. */
  readonly key: string;
  /** Where the key's state and the event's dead letter belong in the service's own stream. */
  readonly place: KeyPlace;
  /** Who handles it; nobody, when it is a fact that the service has no use for or an unknown type. */
  readonly route: AnyRoute | undefined;
  /** Why it cannot be handled whatever is tried. */
  readonly problem: InvalidEvent | undefined;
  /** It may hold a secret in plain text: it is not valid, and its contract, or one of its service, has secrets. */
  readonly mayHoldSecret: boolean;
  /**
   * From 1; counts the tries that failed: in this process, or before the event was postponed. Waiting,
   * and deliveries, do not count.
   */
  readonly attempt: number;
  /** How often the broker has delivered it, from 1. */
  readonly deliveries: number;
  /** It comes from the stream of retries. */
  readonly postponed?: Postponed;
  /** It was set aside before, and now it is its turn among the events of its parked key. */
  readonly turn?: Turn;
  /** So many processes ended while they handled nothing else: it must not be run again. */
  readonly crashes?: number;
  /** The try that set it aside, as its copy says. */
  readonly earlier?: EarlierTry | undefined;
  /**
   * The span of this try, in the place of the one it was published in; nothing while tracing is off.
   * Set for as long as the try lasts, on the event itself: nothing is copied for each.
   */
  trace?: TraceContext | undefined;
  /** Where it is handled, one of a limited number; nothing where nobody counts. */
  readonly seat?: Seat;
}

/**
 * Room for one event among those that are handled at a time.
 *
 * A decision that waits for its commit needs none: so the next ones are made meanwhile, and fill the
 * next batch.
 */
export interface Seat {
  leave(): void;
  comeBack(): void;
}

/** The history of an event that waited for its next try outside of any process. */
export interface Postponed {
  /** How often it has been postponed. */
  readonly times: number;
  /** How often it was delivered before. */
  readonly deliveries: number;
}

/** A try at an event before this one, which another process may have made. */
export interface EarlierTry {
  /** What it ended in: a dead letter, a place behind one, or a pause outside of any process. */
  readonly kind: 'dead' | 'parked' | 'retry';
  readonly traceparent: string;
}

/** Why an event became a dead letter: what was wrong with it, or how handling it ended. */
export type DeadReason = InvalidEvent['reason'] | 'permanent' | 'exhausted' | 'expired' | 'crashed';

/** All of them. */
export const deadReasons: readonly DeadReason[] = [
  ...invalidReasons,
  ...(['permanent', 'exhausted', 'expired', 'crashed'] as const),
];

/** What became of one try at an event. */
export type Outcome =
  /**
   * Handled and committed; or its state contained it already; or nobody here has a use for it; or it
   * waits on record behind a dead letter of its key; or it waits for its next try in a stream.
   */
  | {
      readonly kind: 'done';
      readonly how: 'handled' | 'duplicate' | 'ignored' | 'parked' | 'postponed';
      readonly facts: number;
    }
  /** To be tried again after a pause; `counts` when this try used up an attempt. */
  | {
      readonly kind: 'retry';
      readonly afterMs: number;
      readonly counts: boolean;
      readonly error: unknown;
    }
  /** Never to be tried again. */
  | { readonly kind: 'dead'; readonly reason: DeadReason; readonly error: unknown };

/** The whole way of an event, or what is left of it. Never rejects once failures are settled. */
export type Process = (event: IncomingEvent) => Promise<Outcome>;

/** Wraps the rest of the way. */
export type Middleware = (next: Process) => Process;

/** The inner part of the way: from an event and its key's state to a decision. */
export type Decide = (event: IncomingEvent, state: unknown) => Promise<Decision>;

/** The first middleware is the outermost. */
export const compose = (middleware: readonly Middleware[], core: Process): Process =>
  middleware.reduceRight((next, wrap) => wrap(next), core);
