import type { IncomingEvent, Middleware, Outcome } from './process.ts';

/** What becomes of a try at an event that threw something. */
export type SettleFailure = (event: IncomingEvent, error: unknown) => Outcome;

/**
 * One step after a try: looks at what became of it, and says what becomes of it now.
 *
 * @param tookMs how long the try took
 */
export type AfterTry = (
  event: IncomingEvent,
  outcome: Outcome,
  tookMs: number,
) => Outcome | Promise<Outcome>;

/**
 * Settles every try at an event: what was thrown becomes an outcome, then step after step looks at it.
 *
 * One middleware for all of them, which waits only for steps that have something to wait for: each
 * that waited for the next cost an event two promises and a turn of the queue.
 */
export const afterTry =
  (settleFailure: SettleFailure, steps: readonly AfterTry[]): Middleware =>
  (next) =>
  async (event) => {
    const startedAt = performance.now();
    let outcome: Outcome;
    try {
      outcome = await next(event);
    } catch (error) {
      outcome = settleFailure(event, error);
    }
    const tookMs = performance.now() - startedAt;
    for (const step of steps) {
      const after = step(event, outcome, tookMs);
      outcome = after instanceof Promise ? await after : after;
    }
    return outcome;
  };
