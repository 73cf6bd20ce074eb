import type { ServiceStream } from '../../../contracts/streams.ts';
import type { AfterTry } from '../after-try.ts';
import type { Clock } from '../clock.ts';
import { onceOnState } from '../commit-decisions.ts';
import { type Death, deadLetter, parkedCopy, type Undertaker } from '../dead-letter.ts';
import { BusRefused, UnreadableState } from '../errors.ts';
import { smallerCopies } from '../event-copy.ts';
import type { OnExhausted } from '../handler.ts';
import { afterTurn, type Parked, withOneMore } from '../parked.ts';
import type { Commit, OutboundMessage } from '../ports.ts';
import type { IncomingEvent, Outcome } from '../process.ts';
import { exponential } from '../retry-policy.ts';
import type { StateCache } from '../state-cache.ts';
import type { StateRecord, StoredState } from '../state-record.ts';

export interface SetAsideOptions {
  readonly stream: ServiceStream;
  readonly commits: Commit;
  readonly states: StateCache<unknown>;
  readonly clock: Clock;
  readonly by: Undertaker;
  /** For routes that do not say. */
  readonly onExhausted: OnExhausted;
}

/**
 * Writes the dead letter of an event that is dead, before the event is settled.
 *
 * A request event with a key moves its state on in the same batch, so that it is set aside once; the
 * same batch parks the key where the route says so. What has no readable key is stored under an id
 * that follows from its place in the stream: once within the broker's duplicate window. While neither
 * can be written, the event is tried again.
 */
export const setAside = (options: SetAsideOptions): AfterTry => {
  const pause = exponential({ firstMs: 500, maxMs: 10_000 });
  const bury = async (event: IncomingEvent, outcome: Dead): Promise<Outcome> => {
    const death = {
      reason: outcome.reason,
      error: describe(outcome.error),
      attempts: event.attempt,
      at: options.clock.now(),
      by: options.by,
    };
    try {
      return (await writeAsItFits(options, event, death)) ?? outcome;
    } catch (error) {
      return { kind: 'retry', afterMs: pause.delayMs(3), counts: false, error };
    }
  };
  return (event, outcome) => (outcome.kind === 'dead' ? bury(event, outcome) : outcome);
};

type Dead = Extract<Outcome, { kind: 'dead' }>;

/** Which of the copies of an event is written: the whole, or the first or second smaller one. */
type Size = 0 | 1 | 2;

/** What became of the event instead; nothing when it is dead, with a letter. */
type Instead = Outcome | undefined;

/** Writes the first copy that the bus does not find too large. */
const writeAsItFits = async (
  options: SetAsideOptions,
  event: IncomingEvent,
  death: Death,
  size: Size = 0,
): Promise<Instead> => {
  try {
    return await writeOnce(options, event, death, size);
  } catch (error) {
    if (size === 2 || !(error instanceof BusRefused) || !error.lasting) throw error;
    return writeAsItFits(options, event, death, size === 0 ? 1 : 2);
  }
};

const writeOnce = async (
  options: SetAsideOptions,
  event: IncomingEvent,
  death: Death,
  size: Size,
): Promise<Instead> => {
  if (!hasState(event)) return storeOnce(options, event, death, size);
  try {
    const outcome = await onceOnState({ ...options, event }, async (current) => {
      const { parked } = current.record;
      return parked && !event.turn
        ? behind(options, event, current.record, parked, size)
        : withLetter(options, event, current, death, size);
    });
    return outcome.kind === 'done' && outcome.how === 'handled' ? undefined : outcome;
  } catch (error) {
    // A state that nobody can read must not hold back the dead letter too; it is left as it is.
    if (!(error instanceof UnreadableState)) throw error;
    return storeOnce(options, event, death, size);
  }
};

/** The key was parked while this event was tried: what it died of may be that it came too early. */
const behind = (
  { stream }: SetAsideOptions,
  event: IncomingEvent,
  record: StateRecord,
  parked: Parked,
  size: Size,
) => {
  const messages = [sized('parked', parkedCopy(stream, event, parked.letter), size)];
  return { state: record.state, messages, how: 'parked' as const, parked: withOneMore(parked) };
};

const withLetter = (
  { stream, onExhausted }: SetAsideOptions,
  event: IncomingEvent,
  { record, revision }: StoredState,
  death: Death,
  size: Size,
) => {
  const key = event.route?.onExhausted ?? onExhausted;
  const letter = sized('dead', deadLetter(stream, event, { ...death, key }), size);
  const parked = key === 'park' ? parkedBy(event, { record, revision }) : undefined;
  return { state: record.state, messages: [letter], parked };
};

/** What waited behind an earlier dead letter waits behind this one. */
const parkedBy = ({ envelope, message, turn }: IncomingEvent, current: StoredState): Parked => {
  const before = turn && current.record.parked && afterTurn(current.record.parked, turn);
  return {
    letter: envelope.id,
    since: message.sequence,
    // What was parked in an earlier time lies before the state that this is decided upon.
    after: before?.after ?? current.revision,
    waiting: before?.waiting ?? 0,
  };
};

const storeOnce = async (
  { stream, commits }: SetAsideOptions,
  event: IncomingEvent,
  death: Death,
  size: Size,
): Promise<undefined> => {
  const { message } = event;
  const letter = sized('dead', deadLetter(stream, event, death), size);
  // Not `header`, which throws when the headers are what was wrong with it.
  const again = message.allHeaders()['millrace-redrive-count'];
  const place = `${message.stream}.${message.sequence}.${message.storedAt}`;
  // Redriven and dead again, it is another death at the same place.
  await commits.store(letter, again ? `dead.${place}.redrive.${again}` : `dead.${place}`);
};

const sized = (kind: 'dead' | 'parked', copy: OutboundMessage, size: Size): OutboundMessage =>
  [copy, ...smallerCopies(kind, copy)][size] ?? copy;

/** Of an event whose turn it is the key is known, even if it can no longer be read. */
const hasState = ({ problem, route, turn }: IncomingEvent): boolean =>
  turn !== undefined || (problem === undefined && route?.contract.kind === 'request');

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
