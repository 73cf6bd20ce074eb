import { setImmediate as turn } from 'node:timers/promises';
import type { Cancel, Clock } from '../../src/infra/pipeline/clock.ts';

interface Timer {
  dueAt: number;
  readonly run: () => void;
}

/** So many turns of the event loop are enough for what one timer sets off. */
const turns = 10;

/** Lets everything happen that needs no time to pass. */
export const settled = async (): Promise<void> => {
  for (let count = 0; count < turns; count++) await turn();
};

/** A clock that a test turns by hand: nothing happens by itself. */
export class TestClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now: number;
  #jumped = 0;

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#now - this.#jumped;
  }

  after(ms: number, run: () => void): Cancel {
    const timer = { dueAt: this.#now + Math.max(ms, 0), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass: runs what becomes due in its order, and all that follows from each. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.#now = next.dueAt;
      this.#timers.delete(next);
      next.run();
      await settled();
    }
    this.#now = until;
    await settled();
  }

  /** Somebody sets the clock, forwards or backwards; timers are as far away as before. */
  jump(ms: number): void {
    this.#now += ms;
    this.#jumped += ms;
    for (const timer of this.#timers) timer.dueAt += ms;
  }

  /** How many timers are set: none is left behind by what was closed. */
  get pending(): number {
    return this.#timers.size;
  }

  /** The first to become due until a moment; of several, the one that was set first. */
  #next(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= until && (!next || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }
}
