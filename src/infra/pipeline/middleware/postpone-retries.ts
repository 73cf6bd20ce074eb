import type { AfterTry } from '../after-try.ts';
import type { Clock } from '../clock.ts';
import { onceOnState } from '../commit-decisions.ts';
import { BusRefused, BusUnavailable } from '../errors.ts';
import type { AnyRoute } from '../handler.ts';
import type { Commit, RetrySchedule } from '../ports.ts';
import type { IncomingEvent, Outcome } from '../process.ts';
import { retryCopy } from '../retry-copy.ts';
import type { StateCache } from '../state-cache.ts';

export interface PostponeRetriesOptions {
  readonly commits: Commit;
  readonly states: StateCache<unknown>;
  readonly retries: RetrySchedule;
  /** Whose events may be postponed. What the runtime handles by itself remembers things in this process. */
  readonly routes: readonly AnyRoute[];
  readonly clock: Clock;
  /** Told why an event waits in its lane although it should not. */
  readonly onTrouble: (what: string) => void;
}

/**
 * Shorter pauses are waited for in the lane: a broker's schedules are late by up to a quarter of a
 * second, and each costs a commit, a publish and a delivery.
 */
const shortestPostponedMs = 1_000;

/** So many events of one key wait outside at most: each commit of the key writes all their sequences. */
const mostOfKey = 1_000;

/** After trouble the stream of retries is left alone for so long. */
const troubleMs = 5_000;

/**
 * Lets an event wait for its next try in a stream, where it holds no place in any process and outlives
 * them all.
 *
 * Three steps, each safe to end behind: the key's record says that the event is settled without being
 * applied; the copy is stored; the event is acknowledged. Whoever has the event or a copy of it in hand
 * later reads the record: one that is not contained, or is said to wait, is tried; the commit that
 * applies it takes it out of both. What cannot be postponed waits in its lane.
 */
export const postponeRetries = (options: PostponeRetriesOptions): AfterTry => {
  const { clock, onTrouble } = options;
  const routes = new Set(options.routes.map(({ contract }) => contract.type));
  let trustedFrom = 0;
  const mayPostpone = async (event: IncomingEvent, outcome: Retry): Promise<Outcome> => {
    const isOurs = !event.problem && routes.has(event.route?.contract.type ?? '');
    if (!isOurs || isBusTrouble(outcome.error) || clock.now() < trustedFrom) return outcome;
    try {
      return (await postpone(options, event, outcome)) ?? outcome;
    } catch (error) {
      if (isBusTrouble(error)) trustedFrom = clock.now() + troubleMs;
      onTrouble(error instanceof Error ? error.message : String(error));
      return outcome;
    }
  };
  return (event, outcome) =>
    outcome.kind === 'retry' && outcome.afterMs >= shortestPostponedMs
      ? mayPostpone(event, outcome)
      : outcome;
};

/** A bus in trouble is no place to wait in. */
const isBusTrouble = (error: unknown): boolean =>
  error instanceof BusUnavailable || (error instanceof BusRefused && !error.lasting);

type Retry = Extract<Outcome, { kind: 'retry' }>;

/** Nothing when too many of the key wait already. */
const postpone = async (
  options: PostponeRetriesOptions,
  event: IncomingEvent,
  { afterMs, counts }: Retry,
): Promise<Outcome | undefined> => {
  const { retries } = options;
  if (event.route?.contract.kind === 'request') {
    const { retrying = [] } = (await options.states.recall(event.key, event.place)).record;
    if (!retrying.includes(event.message.sequence)) {
      if (retrying.length >= mostOfKey) return undefined;
      const noted = await onceOnState({ ...options, event }, async ({ record }) => ({
        state: record.state,
        messages: [],
        how: 'postponed',
      }));
      // Another replica was faster: it is applied.
      if (noted.kind === 'done' && noted.how === 'duplicate') return noted;
    }
  }
  await retries.schedule(retryCopy(event, event.attempt + (counts ? 1 : 0), afterMs));
  return { kind: 'done', how: 'postponed', facts: 0 };
};
