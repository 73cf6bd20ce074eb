import { retryStreamOf, subjectsOf } from '../../contracts/streams.ts';
import { type Clock, sleep } from '../../infra/pipeline/clock.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import type { Bus, Follower } from '../../infra/pipeline/ports.ts';
import type { Progress } from '../terminal/progress.ts';
import type { Ledger } from './ledger.ts';
import type { LiveEndings } from './live-endings.ts';

/** A bus, and the services on it. */
export interface Settled {
  readonly bus: Bus;
  readonly services: readonly AnyService[];
}

/** What waiting for the end of everything needs. */
export interface SettlingOptions extends Settled {
  readonly live: LiveEndings;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const lookEveryMs = 100;
/** Nothing waits any more: what is still to be read comes within this time. */
const quietMs = 3000;
/** Nothing has changed for so long: nothing will. */
const patienceMs = 90_000;

/** Waits until every accepted event has ended and nobody has anything to do; not for ever. */
export const settle = async (options: SettlingOptions): Promise<void> => {
  const { live, progress, clock, signal } = options;
  let last = '';
  let changedAt = clock.now();
  while (!signal.aborted) {
    const waiting = await waitingEvents(options);
    const { ended } = live;
    const waitingFor = waiting === undefined ? 'the broker' : undefined;
    progress.show({ done: ended, events: ended, waitingFor });
    if (waiting === 0 && ended === live.accepted) return;
    const state = `${waiting} ${ended}`;
    if (state !== last) changedAt = clock.now();
    last = state;
    if (clock.now() - changedAt > (waiting === 0 ? quietMs : patienceMs)) return;
    await sleep(clock, lookEveryMs, signal);
  }
};

/** How many events all consumers together have before them; nothing when that cannot be told now. */
const waitingEvents = async ({ bus, services }: Settled): Promise<number | undefined> => {
  try {
    const streams = services.flatMap(({ stream }) => [stream, retryStreamOf(stream)]);
    const lags = await Promise.all(streams.map((stream) => bus.lagsOf(stream)));
    return lags.flat().reduce((sum, lag) => sum + lag.pending + lag.unacknowledged, 0);
  } catch {
    // A broker that is just starting again: it is asked again soon.
    return undefined;
  }
};

/** Follows the ends of events as they come; resolves when none can be missed any more. */
export const followEndings = async (
  { bus, services }: Settled,
  take: (message: InboundMessage) => void,
): Promise<readonly Follower[]> => {
  const followers = services.map(({ stream }) =>
    bus.follow({ stream, filters: endingsIn(stream), from: 'new', take }),
  );
  await Promise.all(followers.map(({ caughtUp }) => caughtUp));
  return followers;
};

/** Reads back from the streams, from the first accepted event on, how each one ended. */
export const audit = async ({ bus, services }: Settled, ledger: Ledger): Promise<void> => {
  const take = ledger.take.bind(ledger);
  const followers = services.flatMap(({ stream }) => {
    const from = ledger.firstSequence(stream.name);
    return from === undefined
      ? []
      : [bus.follow({ stream, filters: endingsIn(stream), from, take })];
  });
  await Promise.all(followers.map(({ caughtUp }) => caughtUp));
  await Promise.all(followers.map((follower) => follower.stop()));
};

const endingsIn = (stream: AnyService['stream']): readonly string[] => {
  const { facts, deadLetters } = subjectsOf(stream);
  return [facts, deadLetters];
};
