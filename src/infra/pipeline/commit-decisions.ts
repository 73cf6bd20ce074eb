import type { ServiceStream } from '../../contracts/streams.ts';
import { parkedCopy } from './dead-letter.ts';
import { BusUnavailable, WorkerCrashed } from './errors.ts';
import { afterTurn, isTurn, type Parked, withOneMore } from './parked.ts';
import type { Commit, Commitment, CommitResult, OutboundMessage } from './ports.ts';
import type { Decide, IncomingEvent, Outcome, Process } from './process.ts';
import type { Stamp } from './stamp.ts';
import type { StateCache } from './state-cache.ts';
import {
  contains,
  recordAfter,
  recordForgetting,
  recordPostponing,
  type StateRecord,
  type StoredState,
  writeRecord,
} from './state-record.ts';

export interface CommitOptions {
  readonly stream: ServiceStream;
  readonly commits: Commit;
  readonly states: StateCache<unknown>;
  readonly stamp: Stamp;
  readonly decide: Decide;
  /** Told of each decision that was refused because its key had moved on. */
  readonly onConflict?: () => void;
}

/** So many lost races in a row mean that something else is wrong; the event is tried again later. */
const mostRounds = 16;

/**
 * The core of the way: recognise an event that the state already contains, decide, commit.
 *
 * Effects happen once, because the id of the event and what follows from it are written in one
 * batch, guarded by the revision of the state that was decided upon. When the guard refuses, or the
 * answer is lost, the state is read again: it contains the event (then it is done) or it does not
 * (then it is decided again upon the new state).
 */
export const commitDecisions = (options: CommitOptions): Process => {
  const own = commitWithState(options);
  const foreign = commitWithoutState(options);
  return (event) => {
    if (event.problem) return Promise.reject(event.problem);
    if (event.crashes !== undefined) return Promise.reject(new WorkerCrashed(event.crashes));
    if (!event.route) return Promise.resolve(ignored);
    return event.route.contract.kind === 'request' ? own(event) : foreign(event);
  };
};

const ignored: Outcome = { kind: 'done', how: 'ignored', facts: 0 };

const commitWithState =
  ({ stream, commits, states, stamp, decide, onConflict }: CommitOptions): Process =>
  async (event) =>
    onceOnState({ event, commits, states, onConflict }, async ({ record }) => {
      if (record.parked && !event.turn) {
        const copy = parkedCopy(stream, event, record.parked.letter);
        const parked = withOneMore(record.parked);
        return { state: record.state, messages: [copy], how: 'parked', parked };
      }
      const decision = await decide(event, record.state);
      return {
        state: decision.state === undefined ? record.state : decision.state,
        messages: stamp(event, decision.events ?? []),
      };
    });

/** What is to be written of an event upon its key's record. */
interface Write {
  readonly state: unknown;
  readonly messages: readonly OutboundMessage[];
  /** @default handled */
  readonly how?: 'handled' | 'parked' | 'postponed' | 'duplicate';
  /** How the key is parked from now on. @default as it was */
  readonly parked?: Parked | 'no longer' | undefined;
}

export interface OnceOnState {
  readonly event: IncomingEvent;
  readonly commits: Commit;
  readonly states: StateCache<unknown>;
  readonly onConflict?: (() => void) | undefined;
}

/**
 * Writes once what an event does to its key's state: not at all when the state contains it already.
 *
 * @throws BusUnavailable, BusRefused, and what `write` throws
 */
export const onceOnState = async (
  { event, commits, states, onConflict }: OnceOnState,
  write: (current: StoredState) => Promise<Write>,
): Promise<Outcome> => {
  const { place } = event;
  let current = await states.recall(event.key, place);
  let isFresh = false;
  for (let round = 0; round < mostRounds; round++) {
    const isDone = isContained(event, current.record);
    if (isDone && !isFresh) {
      // What this process remembers proves nothing: a broker may have lost what it had stored.
      current = await states.readAfresh(event.key, place);
      isFresh = true;
      continue;
    }
    if (isDone && !isRetrying(event, current.record)) return duplicate;
    const written = isDone ? nothingLeft(current) : await write(current);
    const { messages, how = 'handled' } = written;
    const record = recordWith(event, current.record, written, states.settledUpTo(place.partition));
    const json = writeRecord(record);
    const state = { place, revision: current.revision, record: json };
    const result = await commitFor(event, commits, { state, messages, trace: event.trace });
    if (result.kind === 'committed') {
      states.keep(place, { revision: result.revision, record }, json.length);
      return { kind: 'done', how, facts: how === 'handled' ? messages.length : 0 };
    }
    if (result.kind === 'stale') {
      onConflict?.();
      states.distrust();
    }
    current = await states.readAfresh(event.key, place);
    isFresh = true;
  }
  throw new BusUnavailable(`the state of the key moved on ${mostRounds} times in a row`);
};

const duplicate: Outcome = { kind: 'done', how: 'duplicate', facts: 0 };

/** Its id was applied under another sequence meanwhile: all that is left is that nobody waits for it. */
const nothingLeft = ({ record }: StoredState): Write => ({
  state: record.state,
  messages: [],
  how: 'duplicate',
});

const isRetrying = ({ message, turn }: IncomingEvent, { retrying }: StateRecord): boolean =>
  !turn && (retrying?.includes(message.sequence) ?? false);

/** What was set aside before is on record already: then it counts whose turn it is. */
const isContained = ({ turn, envelope, message }: IncomingEvent, record: StateRecord): boolean =>
  turn
    ? !isTurn(record.parked, turn)
    : contains(record, { id: envelope.id, sequence: message.sequence });

/** Tells, by what the bus has, whether nothing of an event would run: it is contained, or has no handler. */
export const isContainedIn =
  (states: StateCache<unknown>) =>
  async (event: IncomingEvent): Promise<boolean> => {
    if (event.problem || !event.route) return true;
    if (event.route.contract.kind === 'fact') return false;
    return isContained(event, (await states.readAfresh(event.key, event.place)).record);
  };

const recordWith = (
  { turn, envelope, message }: IncomingEvent,
  record: StateRecord,
  {
    state,
    how,
    parked = record.parked && turn ? afterTurn(record.parked, turn) : record.parked,
  }: Write,
  settledUpTo: number,
): StateRecord => {
  const { stream, sequence } = message;
  if (how === 'postponed') return recordPostponing(record, sequence);
  if (how === 'duplicate') return recordForgetting(record, sequence);
  const after = turn
    ? { ...record, state }
    : recordAfter(record, state, { id: envelope.id, stream, sequence, settledUpTo });
  return parked === after.parked ? after : parkedAs(after, parked);
};

const parkedAs = (
  { parked: _before, ...record }: StateRecord,
  parked: Parked | 'no longer' | undefined,
): StateRecord => (parked && parked !== 'no longer' ? { ...record, parked } : record);

const handledWithoutFacts: Outcome = { kind: 'done', how: 'handled', facts: 0 };

/** One atomic batch holds 1,000 messages; a reaction may ask for more. */
const largestBatch = 500;

/**
 * Reactions have no state of their own: what they ask for carries ids that follow from the fact, and
 * the states of those who are asked drop what they have seen.
 */
const commitWithoutState =
  ({ commits, stamp, decide }: CommitOptions): Process =>
  async (event) => {
    const { events } = await decide(event, undefined);
    if (events === undefined || events.length === 0) return handledWithoutFacts;
    const messages = stamp(event, events);
    for (let from = 0; from < messages.length; from += largestBatch) {
      const some = messages.slice(from, from + largestBatch);
      const result = await commitFor(event, commits, { messages: some, trace: event.trace });
      if (result.kind !== 'committed') throw new BusUnavailable('a batch was not acknowledged');
    }
    return { kind: 'done', how: 'handled', facts: messages.length };
  };

/** Others are handled while it waits. */
const commitFor = async (
  { seat }: IncomingEvent,
  commits: Commit,
  commitment: Commitment,
): Promise<CommitResult> => {
  const committing = commits.commit(commitment);
  if (!seat) return committing;
  seat.leave();
  try {
    return await committing;
  } finally {
    seat.comeBack();
  }
};
