import { LRUCache } from 'lru-cache';
import { type ServiceStream, subjectsOf } from '../../contracts/streams.ts';
import type { Clock } from '../../infra/pipeline/clock.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import type { Bus, Follower } from '../../infra/pipeline/ports.ts';
import type { Expectation, Outcomes, RequestOutcome } from './outcomes.ts';
import { eventIdOf, readOutcome } from './read-outcome.ts';

export interface FollowedOutcomesOptions {
  readonly bus: Pick<Bus, 'follow'>;
  readonly streams: readonly ServiceStream[];
  readonly clock: Clock;
  /** Says which outcomes are worth keeping: those of events that may be asked for again. */
  readonly mayBeRepeated: (eventId: string) => boolean;
  /** How many outcomes are kept. @default 20000 */
  readonly kept?: number;
  /** How many repeated requests may look back in the streams at a time. @default 8 */
  readonly lookingBack?: number;
}

type Tell = (outcome: RequestOutcome | undefined) => void;

/**
 * Outcomes as the streams tell them: every fact and dead letter that comes is read by its headers,
 * and only those that somebody expects, or may ask for again, are opened.
 *
 * When a decision has several facts the first one is the outcome.
 */
export class FollowedOutcomes implements Outcomes, AsyncDisposable {
  readonly #options: FollowedOutcomesOptions;
  readonly #waiting = new Map<string, Set<Tell>>();
  readonly #recent: LRUCache<string, RequestOutcome>;
  #followers: readonly Follower[] = [];
  readonly #lookingBack = new Set<Follower>();
  #isFollowing = false;
  #hasStopped = false;

  private constructor(options: FollowedOutcomesOptions) {
    this.#options = options;
    this.#recent = new LRUCache({ max: options.kept ?? 20_000 });
  }

  /** Begins to follow the streams, which may come to be only later. */
  static follow(options: FollowedOutcomesOptions): FollowedOutcomes {
    return new FollowedOutcomes(options).#start();
  }

  /** True once no outcome can be missed any more. */
  isFollowing(): boolean {
    return this.#isFollowing;
  }

  expect(eventId: string): Expectation {
    const { promise, tell } = openPromise();
    const tells = this.#waiting.get(eventId) ?? new Set();
    this.#waiting.set(eventId, tells.add(tell));
    const known = this.#recent.get(eventId);
    if (known || this.#hasStopped) tell(known);
    const ends: (() => void)[] = [];
    return {
      within: (ms) => {
        ends.push(this.#options.clock.after(ms, () => tell(undefined)));
        return promise;
      },
      lookBack: (stream, sequence) => {
        if (!known) ends.push(this.#lookBack(stream, sequence));
      },
      [Symbol.dispose]: () => {
        for (const end of ends) end();
        tells.delete(tell);
        if (tells.size === 0) this.#waiting.delete(eventId);
      },
    };
  }

  stopWaiting(): void {
    this.#hasStopped = true;
    for (const tells of this.#waiting.values()) for (const tell of tells) tell(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopWaiting();
    const followers = [...this.#followers, ...this.#lookingBack];
    await Promise.all(followers.map((follower) => follower.stop()));
  }

  #start(): this {
    this.#followers = this.#options.streams.map((stream) => this.#follow(stream, 'new'));
    void Promise.all(this.#followers.map(({ caughtUp }) => caughtUp)).then(() => {
      this.#isFollowing = true;
    });
    return this;
  }

  #follow(stream: ServiceStream, from: 'new' | number): Follower {
    const { facts, deadLetters } = subjectsOf(stream);
    const take = (message: InboundMessage): void => this.#take(message);
    return this.#options.bus.follow({ stream, filters: [facts, deadLetters], from, take });
  }

  /** Beyond the bound nobody looks back: those requests wait for what comes, as everybody does. */
  #lookBack(stream: ServiceStream, sequence: number): () => void {
    if (this.#lookingBack.size >= (this.#options.lookingBack ?? 8)) return () => {};
    const follower = this.#follow(stream, sequence);
    this.#lookingBack.add(follower);
    const end = (): void => {
      if (this.#lookingBack.delete(follower)) void follower.stop();
    };
    void follower.caughtUp.then(end, end);
    return end;
  }

  #take(message: InboundMessage): void {
    const eventId = eventIdOf(message);
    if (eventId === undefined || this.#recent.has(eventId)) return;
    const tells = this.#waiting.get(eventId);
    const keep = this.#options.mayBeRepeated(eventId);
    const outcome = tells || keep ? readOutcome(message) : undefined;
    if (!outcome) return;
    if (keep) this.#recent.set(eventId, outcome);
    for (const tell of tells ?? []) tell(outcome);
  }
}

const openPromise = (): { promise: Promise<RequestOutcome | undefined>; tell: Tell } => {
  let tell: Tell = () => {};
  const promise = new Promise<RequestOutcome | undefined>((resolve) => {
    tell = resolve;
  });
  return { promise, tell };
};
