import { InvalidEvent } from '../../../contracts/invalid-event.ts';
import type { SettleFailure } from '../after-try.ts';
import {
  BusRefused,
  BusUnavailable,
  EventExpired,
  PermanentError,
  RetryLater,
  WorkerCrashed,
} from '../errors.ts';
import type { IncomingEvent, Outcome } from '../process.ts';
import { exponential, type RetryPolicy } from '../retry-policy.ts';

/** Pauses while the bus is in trouble: that is nobody's fault and uses up no attempt. */
const busTrouble = exponential({ firstMs: 100, maxMs: 5_000 });

/**
 * Turns what was thrown into an outcome, by its class and the retry policy.
 *
 * | thrown | outcome |
 * | --- | --- |
 * | InvalidEvent, PermanentError | dead at once |
 * | RetryLater | retry after its time, uses up no attempt |
 * | BusUnavailable, BusRefused | retry with growing pauses, uses up no attempt |
 * | BusRefused that lasts | dead at once |
 * | EventExpired, WorkerCrashed | dead at once |
 * | anything else | retry by the policy, dead when the attempts are used up |
 */
export const settleFailures = (servicePolicy: RetryPolicy): SettleFailure => {
  const troubled = new WeakMap<object, number>();
  return (event, error) => {
    if (!isBusTrouble(error)) return outcomeOf(error, event, event.route?.retry ?? servicePolicy);
    const times = (troubled.get(event.message) ?? 0) + 1;
    troubled.set(event.message, times);
    return { kind: 'retry', afterMs: busTrouble.delayMs(times), counts: false, error };
  };
};

const isBusTrouble = (error: unknown): boolean =>
  error instanceof BusUnavailable || (error instanceof BusRefused && !error.lasting);

const outcomeOf = (error: unknown, event: IncomingEvent, policy: RetryPolicy): Outcome => {
  if (error instanceof InvalidEvent) return { kind: 'dead', reason: error.reason, error };
  if (error instanceof PermanentError || error instanceof BusRefused)
    return { kind: 'dead', reason: 'permanent', error };
  if (error instanceof EventExpired) return { kind: 'dead', reason: 'expired', error };
  if (error instanceof WorkerCrashed) return { kind: 'dead', reason: 'crashed', error };
  if (error instanceof RetryLater) {
    return { kind: 'retry', afterMs: error.afterMs, counts: false, error };
  }
  if (event.attempt >= policy.maxAttempts) return { kind: 'dead', reason: 'exhausted', error };
  return { kind: 'retry', afterMs: policy.delayMs(event.attempt), counts: true, error };
};
