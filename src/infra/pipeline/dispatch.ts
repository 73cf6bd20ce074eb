import type { Envelope } from '../../contracts/envelope.ts';
import type { AnyRoute, ClassOf, EventHandler, HandlingContext } from './handler.ts';
import type { Decide, IncomingEvent } from './process.ts';
import type { Limited, TimeLimit } from './time-limit.ts';

/** How a handler class becomes an instance; the pipeline does not know the container. */
export type Resolve = <T>(handler: ClassOf<T>) => T;

export interface DispatchOptions {
  readonly routes: readonly AnyRoute[];
  readonly resolve: Resolve;
  readonly within: TimeLimit;
  /** For routes that state no limit of their own. */
  readonly timeLimitMs: number;
}

/**
 * The innermost step: the route's handler decides, within its time limit.
 *
 * Handlers are built once, at the start: a class that cannot be built fails the start, not an event.
 */
export const dispatch = ({ routes, resolve, within, timeLimitMs }: DispatchOptions): Decide => {
  const handlers = new Map<string, EventHandler>(
    routes.map(({ contract, handler }) => [
      contract.type,
      // Which data and state fit was checked by `on` and `defineService`.
      resolve(handler) as EventHandler,
    ]),
  );
  return (event, state) => {
    const handler = handlers.get(event.envelope.type);
    if (!handler) throw new TypeError(`no handler for ${event.envelope.type}`);
    return within(event.route?.timeLimitMs ?? timeLimitMs, (limited) =>
      handler.handle(event.data, new Context(event, state, limited)),
    );
  };
};

/** A class, because an object with a getter of its own is slow to make. */
class Context implements HandlingContext {
  readonly state: unknown;
  readonly event: Envelope;
  readonly storedAt: number;
  readonly attempt: number;
  readonly #limited: Limited;

  constructor(event: IncomingEvent, state: unknown, limited: Limited) {
    this.state = state;
    this.event = event.envelope;
    this.storedAt = event.message.storedAt;
    this.attempt = event.attempt;
    this.#limited = limited;
  }

  /** Made on demand: most handlers never look at it. */
  get signal(): AbortSignal {
    return this.#limited.signal;
  }
}
