import type { ServiceStream } from '../../../contracts/streams.ts';
import { onceOnState } from '../commit-decisions.ts';
import { BusRefused } from '../errors.ts';
import type { Commit, OutboundMessage } from '../ports.ts';
import type { IncomingEvent, Middleware } from '../process.ts';
import { exponential } from '../retry-policy.ts';
import { deadLetter } from '../stamp.ts';
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
    const letter = deadLetter(options.stream, event, {
      reason: outcome.reason,
      error: describe(outcome.error),
      attempts: event.attempt,
    });
    try {
      const written = await writeLetter(options, event, letter);
      return written === 'duplicate' ? { kind: 'done', how: 'duplicate', facts: 0 } : outcome;
    } catch (error) {
      return { kind: 'retry', afterMs: pause.delayMs(3), counts: false, error };
    }
  };
};

const writeLetter = async (
  options: SetAsideOptions,
  event: IncomingEvent,
  letter: OutboundMessage,
): Promise<'written' | 'duplicate'> => {
  try {
    return await writeOnce(options, event, letter);
  } catch (error) {
    if (!(error instanceof BusRefused)) throw error;
    // With its headers on top the copy is too large; the original stays in the stream at its sequence.
    const headers = { ...letter.headers, 'millrace-dead-body': 'left in the stream' };
    return writeOnce(options, event, { ...letter, headers, body: '' });
  }
};

const writeOnce = async (
  { commits, states }: SetAsideOptions,
  event: IncomingEvent,
  letter: OutboundMessage,
): Promise<'written' | 'duplicate'> => {
  if (!hasState(event)) {
    const { stream, sequence, storedAt } = event.message;
    await commits.store(letter, `dead.${stream}.${sequence}.${storedAt}`);
    return 'written';
  }
  const outcome = await onceOnState({ event, commits, states }, async ({ state }) => ({
    state,
    messages: [letter],
  }));
  return outcome.kind === 'done' && outcome.how === 'duplicate' ? 'duplicate' : 'written';
};

const hasState = ({ problem, route }: IncomingEvent): boolean =>
  problem === undefined && route?.contract.kind === 'request';

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
