import { builtInEvents, type RuledLetter } from '../../../contracts/built-in.ts';
import { InvalidEvent } from '../../../contracts/invalid-event.ts';
import { parkedSubject, type ServiceStream } from '../../../contracts/streams.ts';
import type { Clock } from '../clock.ts';
import { onceOnState } from '../commit-decisions.ts';
import { type Decode, Derived } from '../decode.ts';
import type { InboundMessage } from '../delivery.ts';
import { BusUnavailable, RetryLater } from '../errors.ts';
import { earlierTry } from '../event-copy.ts';
import { isTurn, type Parked, type Turn } from '../parked.ts';
import type { Commit } from '../ports.ts';
import type { IncomingEvent, Middleware, Outcome, Process } from '../process.ts';
import { redriven } from '../redrive.ts';
import { BodyGone, type MessagesOf, restored, withHeaders } from '../restore-event.ts';
import { deadIdOf, deadTypeOf, type Ruled, readRuled } from '../ruled-letter.ts';
import type { StateCache } from '../state-cache.ts';

export interface FollowRulingsOptions {
  readonly stream: ServiceStream;
  readonly commits: Commit;
  readonly states: StateCache<unknown>;
  readonly messages: MessagesOf;
  readonly clock: Clock;
  /** Reads request events of the service. */
  readonly decode: Decode;
  /** Reads facts of others that the service reacts to. */
  readonly decodeFact: Decode;
  /** Removes what lies under a subject below a sequence. */
  readonly forget?: ((subject: string, below: number) => Promise<unknown>) | undefined;
  /** The whole way, for an event that was set aside and is handled now. */
  readonly again: Process;
}

/** So long at a time: then others get their turn, and whoever drains need not wait for all of it. */
const sliceMs = 200;

/**
 * Follows what was decided about dead letters whose key is parked, and about facts.
 *
 * The event that brings the order waits in its key's lane like any other, so whatever comes later
 * comes after. Each event that waited is handled in a commit of its own which also says, in the key's
 * record, how far the key has come: a crash in the middle is gone on from there, whoever goes on.
 */
export const followRulings = (options: FollowRulingsOptions): Middleware => {
  const { Resume, React } = builtInEvents(options.stream);
  // What is being tried again, by the message of the order that led to it.
  const pending = new WeakMap<object, IncomingEvent>();
  const follow = { ...options, pending };
  return (next) => (event) => {
    if (event.problem) return next(event);
    const type = event.route?.contract.type;
    if (type === Resume.type) return resume(follow, event);
    return type === React.type ? react(follow, event) : next(event);
  };
};

interface Following extends FollowRulingsOptions {
  readonly pending: WeakMap<object, IncomingEvent>;
}

const resume = async (options: Following, order: IncomingEvent): Promise<Outcome> => {
  const { stream, messages, clock, states } = options;
  const ruled = await readRuled(stream, order.data as RuledLetter, messages);
  const until = clock.now() + sliceMs;
  let last: IncomingEvent | undefined;
  for (;;) {
    const { record } = await states.recall(order.key, order.place);
    const next = await nextTurn(options, order, ruled, record.parked);
    if (next === 'none') {
      const ended = await end(options, order, ruled);
      if (ended) return ended;
      continue;
    }
    const event = await eventOf(options, order, ruled, next);
    if (last && isSameTurn(last, next.turn)) throw new BusUnavailable('the key does not move on');
    const outcome = await tryOnce(options, order, condemned(event, order));
    if (outcome.kind === 'retry') return outcome;
    last = event;
    if (clock.now() >= until || order.crashes !== undefined)
      throw new RetryLater(1, 'more wait behind the dead letter');
  }
};

/** Whose turn it is: a parked event's, or that of the dead event itself. */
interface Next {
  readonly turn: Turn;
  readonly copy: InboundMessage | undefined;
}

/** Whose turn it is; nobody's when all is done, or when the key waits behind another letter by now. */
const nextTurn = async (
  { stream, messages }: Following,
  { place }: IncomingEvent,
  { letter, ruling }: Ruled,
  parked: Parked | undefined,
): Promise<Next | 'none'> => {
  if (!parked || parked.letter !== deadIdOf(letter)) return 'none';
  if (!parked.resumed && ruling.action === 'redriven') {
    return { turn: { from: parked, copy: undefined }, copy: undefined };
  }
  if (parked.waiting === 0) return 'none';
  const filter = parkedSubject(stream, place);
  const copy = await messages(stream.name).next(filter, parked.after + 1);
  // The record knows better than a broker that has not caught up.
  if (!copy) throw new BusUnavailable(`${parked.waiting} parked events are not to be found`);
  return { turn: { from: parked, copy: copy.sequence }, copy };
};

/** The dead event or the parked one whose turn it is, as it is to be handled. */
const eventOf = async (
  { messages, decode, pending }: Following,
  order: IncomingEvent,
  { letter }: Ruled,
  { turn, copy }: Next,
): Promise<IncomingEvent> => {
  const begun = pending.get(order.message);
  if (begun && isSameTurn(begun, turn)) return begun;
  const earlier = copy ? earlierTry('parked', copy) : earlierTry('dead', letter);
  const whose = { key: order.key, place: order.place, turn, earlier };
  try {
    const message = copy
      ? await restored('parked', copy, messages)
      : redrivenMessage(await restored('dead', letter, messages), letter);
    return { ...decode(message), ...whose };
  } catch (error) {
    if (!(error instanceof BodyGone)) throw error;
    // It can only die; its turn is over then.
    const rest = copy ? error.rest : redrivenMessage(error.rest, letter);
    return { ...decode(rest), problem: new InvalidEvent('undecodable', error.message), ...whose };
  }
};

const redrivenMessage = (original: InboundMessage, letter: InboundMessage): InboundMessage => {
  const defaults = new Derived(original, deadTypeOf(letter));
  const { headers, body } = redriven(original, letter, defaults);
  return withHeaders({ ...original, body }, headers);
};

/** Processes ended while they followed the order: it is the event whose turn it was that did it. */
const condemned = (event: IncomingEvent, { crashes }: IncomingEvent): IncomingEvent =>
  crashes === undefined ? event : { ...event, crashes };

const tryOnce = async (
  { again, pending }: Following,
  order: IncomingEvent,
  event: IncomingEvent,
): Promise<Outcome> => {
  // It is tried within the try at the order.
  const outcome = await again(order.trace ? { ...event, trace: order.trace } : event);
  if (outcome.kind !== 'retry') {
    pending.delete(order.message);
    return outcome;
  }
  const attempt = event.attempt + (outcome.counts ? 1 : 0);
  pending.set(order.message, { ...event, attempt });
  // It is the other event's attempt that was used up.
  return { ...outcome, counts: false };
};

/** The key changed while its order was being ended. */
class MovedOn extends Error {}

/** Ends the order: the key waits no longer, unless it waits behind another dead letter by now. */
const end = async (
  { stream, commits, states, forget }: Following,
  order: IncomingEvent,
  { letter, ruling }: Ruled,
): Promise<Outcome | undefined> => {
  let freedUpon: number | undefined;
  try {
    const outcome = await onceOnState({ event: order, commits, states }, async (current) => {
      const { state, parked } = current.record;
      freedUpon = undefined;
      if (parked?.letter !== deadIdOf(letter)) return { state, messages: [] };
      const isDone = parked.resumed || ruling.action === 'discarded';
      if (!isDone || parked.waiting > 0) throw new MovedOn();
      freedUpon = current.revision;
      return { state, messages: [], parked: 'no longer' };
    });
    // Copies that stay behind do no harm: a key that is parked again begins behind its state.
    if (freedUpon) await forget?.(parkedSubject(stream, order.place), freedUpon).catch(() => {});
    return outcome;
  } catch (error) {
    if (error instanceof MovedOn) return undefined;
    throw error;
  }
};

/**
 * Reacts to a fact again, under its own id: those whom it asked before recognise what they have seen.
 */
const react = async (options: Following, order: IncomingEvent): Promise<Outcome> => {
  const { messages, decodeFact, pending, stream } = options;
  const { letter, ruling } = await readRuled(stream, order.data as RuledLetter, messages);
  if (ruling.action === 'discarded') return { kind: 'done', how: 'ignored', facts: 0 };
  const event = pending.get(order.message) ?? {
    ...decodeFact(withHistory(await restored('dead', letter, messages), letter)),
    earlier: earlierTry('dead', letter),
  };
  const outcome = await tryOnce(options, order, condemned(event, order));
  return outcome.kind === 'retry' ? outcome : { kind: 'done', how: 'handled', facts: 0 };
};

const withHistory = (original: InboundMessage, letter: InboundMessage): InboundMessage => {
  const headers = Object.entries(redrivenMessage(original, letter).allHeaders());
  const history = headers.filter(([name]) => name.startsWith('millrace-redrive-'));
  return withHeaders(original, { ...original.allHeaders(), ...Object.fromEntries(history) });
};

const isSameTurn = ({ turn }: IncomingEvent, other: Turn): boolean =>
  turn !== undefined && turn.copy === other.copy && isTurn(turn.from, other);
