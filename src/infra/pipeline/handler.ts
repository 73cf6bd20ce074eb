import type { EventContract, OutgoingEvent } from '../../contracts/define-event.ts';
import type { QueryContract } from '../../contracts/define-query.ts';
import type { Envelope } from '../../contracts/envelope.ts';
import type { RetryPolicy } from './retry-policy.ts';

/**
 * What follows from an event: the new state of its key and the events to publish, committed together.
 *
 * Without `state` the state stays as it is.
 */
export interface Decision<State = unknown> {
  readonly state?: State;
  readonly events?: readonly OutgoingEvent[];
}

/** What a handler may know besides the event's data. */
export interface HandlingContext<State = unknown> {
  /** The state of the event's key; the service's initial state when there is none yet. */
  readonly state: State;
  readonly event: Envelope;
  /** The place of the event in its stream's time: when the stream stored it, milliseconds since 1970. */
  readonly storedAt: number;
  readonly attempt: number;
  /** Aborts when the time limit of the handler is over. */
  readonly signal: AbortSignal;
}

/**
 * Decides what follows from an event. It never publishes, acknowledges or writes.
 *
 * It may run again for the same event (a crash, a race with another replica), so its only effects
 * are what it returns.
 */
export interface EventHandler<Data = unknown, State = unknown> {
  readonly handle: (
    data: Data,
    context: HandlingContext<State>,
  ) => Decision<State> | Promise<Decision<State>>;
}

/** Answers a question; any replica may be asked. */
export interface QueryHandler<Question = unknown, Answer = unknown> {
  readonly answer: (question: Question) => Answer | Promise<Answer>;
}

/** A class that the container builds. */
export type ClassOf<T> = new (...args: never[]) => T;

/**
 * What becomes of a key after an event of it is dead: `skip` goes on with the next one; `park` lets
 * all later ones wait, in order, until the dead letter is redriven or discarded.
 */
export type OnExhausted = 'skip' | 'park';

/** How the events of one route are treated when their handler fails or is slow. */
export interface RouteOptions {
  /** @default the service's policy */
  readonly retry?: RetryPolicy;
  /** @default the HANDLER_TIMEOUT_MS of the process */
  readonly timeLimitMs?: number;
  /** @default the service's, which is `skip` unless it says otherwise; reactions always skip */
  readonly onExhausted?: OnExhausted;
  /** An event that has lain in its stream for longer is dead without being handled. @default no limit */
  readonly maxAgeMs?: number;
}

/** One line of a service's table: which class handles an event. */
export interface Route<State = unknown> extends RouteOptions {
  readonly contract: EventContract;
  readonly handler: ClassOf<EventHandler<never, State>>;
}

/** A route whose handler's data and state were checked when it was declared. */
export interface AnyRoute extends RouteOptions {
  readonly contract: EventContract;
  readonly handler: ClassOf<unknown>;
}

/** One line of a service's table of questions. */
export interface QueryRoute {
  readonly query: QueryContract;
  readonly handler: ClassOf<QueryHandler<never>>;
}

/** Says which class handles an event; the compiler checks that the two fit. */
export const on = <Data, State = unknown>(
  contract: EventContract<string, Data>,
  handler: ClassOf<EventHandler<NoInfer<Data>, State>>,
  options: RouteOptions = {},
): Route<State> => ({ contract, handler, ...options });

/** Says which class answers a question; the compiler checks that the two fit. */
export const answers = <Question, Answer>(
  query: QueryContract<Question, Answer>,
  handler: ClassOf<QueryHandler<NoInfer<Question>, NoInfer<Answer>>>,
): QueryRoute => ({ query: query as QueryContract, handler });
