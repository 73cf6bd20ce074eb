/** Thrown by a handler when no retry can help: the event becomes a dead letter at once. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
}

/**
 * Thrown by a handler that waits for something: the event is tried again after the given time.
 *
 * Waiting is no failure: it uses up no attempt.
 */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly afterMs: number;

  constructor(afterMs: number, why: string, options?: ErrorOptions) {
    super(why, options);
    this.afterMs = afterMs;
  }
}

/** A handler took longer than its time limit; what it still returns is thrown away. */
export class HandlerTimeout extends Error {
  override readonly name = 'HandlerTimeout';

  constructor(limitMs: number) {
    super(`the handler took longer than ${limitMs} ms`);
  }
}

/** The event waited longer than its route allows; its handler was not run. */
export class EventExpired extends Error {
  override readonly name = 'EventExpired';

  constructor(ageMs: number, maxAgeMs: number) {
    super(`${Math.round(ageMs)} ms old, allowed are ${maxAgeMs}`);
  }
}

/** Processes ended while they handled the event, the last ones nothing else; it was not run again. */
export class WorkerCrashed extends Error {
  override readonly name = 'WorkerCrashed';

  constructor(times: number) {
    super(`${times} processes ended while they handled it, the last ones nothing else`);
  }
}

/** A handler returned a decision that cannot be committed: an event against its contract, say. */
export class InvalidDecision extends PermanentError {
  override readonly name = 'InvalidDecision';
}

/** What the bus holds as the state of a key is none: it says where, never what. */
export class UnreadableState extends Error {
  override readonly name = 'UnreadableState';
}

/** The bus did not do what was asked, or did not say whether it did; asking again is safe. */
export class BusUnavailable extends Error {
  override readonly name = 'BusUnavailable';
}

/** The bus refused: the stream is full, permission is missing, the message is too large. */
export class BusRefused extends Error {
  override readonly name = 'BusRefused';
  /** True when the same thing can never be accepted: it is too large. */
  readonly lasting: boolean;

  constructor(message: string, lasting: boolean, options?: ErrorOptions) {
    super(message, options);
    this.lasting = lasting;
  }
}

/** The service was asked and could not answer. */
export class QueryFailed extends Error {
  override readonly name = 'QueryFailed';
  /** `invalid-question`: the question breaks its contract. `failed`: anything else. */
  readonly reason: 'invalid-question' | 'failed';

  constructor(reason: 'invalid-question' | 'failed', message: string) {
    super(message);
    this.reason = reason;
  }
}
