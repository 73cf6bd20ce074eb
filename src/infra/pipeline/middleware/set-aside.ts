import type { ServiceStream } from '../../../contracts/streams.ts';
import { onceOnState } from '../commit-decisions.ts';
import { BusRefused, UnreadableState } from '../errors.ts';
import type { Commit, OutboundMessage } from '../ports.ts';
import type { IncomingEvent, Middleware } from '../process.ts';
import { exponential } from '../retry-policy.ts';
import { deadLetter, smallerLetters } from '../stamp.ts';
import type { StateCache } from '../state-cache.ts';

export interface SetAsideOptions {
  readonly stream: ServiceStream;
  readonly commits: Commit;
  readonly states: StateCache<unknown>;
}

/**
 * Writes the dead letter of an event that is dead, before the event is settled.
 *
 * A request event with a key moves its state on in the same batch, so that it is set aside once.
 * What has no readable key is stored under an id that follows from its place in the stream: once
 * within the broker's duplicate window. While neither can be written, the event is tried again.
 */
export const setAside = (options: SetAsideOptions): Middleware => {
  const pause = exponential({ firstMs: 500, maxMs: 10_000 });
  return (next) => async (event) => {
    const outcome = await next(event);
    if (outcome.kind !== 'dead') return outcome;
    try {
      const letter = deadLetter(options.stream, event, {
        reason: outcome.reason,
        error: describe(outcome.error),
        attempts: event.attempt,
      });
      const written = await writeLetter(options, event, [letter, ...smallerLetters(letter)]);
      return written === 'duplicate' ? { kind: 'done', how: 'duplicate', facts: 0 } : outcome;
    } catch (error) {
      return { kind: 'retry', afterMs: pause.delayMs(3), counts: false, error };
    }
  };
};

/** Writes the first of the letters that the bus does not find too large. */
const writeLetter = async (
  options: SetAsideOptions,
  event: IncomingEvent,
  [letter, ...smaller]: readonly [OutboundMessage, ...OutboundMessage[]],
): Promise<'written' | 'duplicate'> => {
  try {
    return await writeOnce(options, event, letter);
  } catch (error) {
    const [next, ...rest] = smaller;
    if (!next || !(error instanceof BusRefused) || !error.lasting) throw error;
    return writeLetter(options, event, [next, ...rest]);
  }
};

const writeOnce = async (
  { commits, states }: SetAsideOptions,
  event: IncomingEvent,
  letter: OutboundMessage,
): Promise<'written' | 'duplicate'> => {
  if (!hasState(event)) return storeOnce(commits, event, letter);
  try {
    const outcome = await onceOnState({ event, commits, states }, async ({ state }) => ({
      state,
      messages: [letter],
    }));
    return outcome.kind === 'done' && outcome.how === 'duplicate' ? 'duplicate' : 'written';
  } catch (error) {
    // A state that nobody can read must not hold back the dead letter too; it is left as it is.
    if (!(error instanceof UnreadableState)) throw error;
    return storeOnce(commits, event, letter);
  }
};

const storeOnce = async (
  commits: Commit,
  { message: { stream, sequence, storedAt } }: IncomingEvent,
  letter: OutboundMessage,
): Promise<'written'> => {
  await commits.store(letter, `dead.${stream}.${sequence}.${storedAt}`);
  return 'written';
};

const hasState = ({ problem, route }: IncomingEvent): boolean =>
  problem === undefined && route?.contract.kind === 'request';

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
