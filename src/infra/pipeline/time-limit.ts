import { Chain, type Linked } from './chain.ts';
import type { Cancel, Clock } from './clock.ts';
import { HandlerTimeout } from './errors.ts';

/** What something that must end in time may look at; its signal is made only when that is read. */
export interface Limited {
  readonly signal: AbortSignal;
}

/** Runs something that must end in time. */
export type TimeLimit = <T>(
  limitMs: number,
  run: (limited: Limited) => T | Promise<T>,
) => Promise<T>;

/**
 * Time limits by a clock.
 *
 * Rejects with HandlerTimeout when the time is over. What runs on cannot be stopped, but nothing it
 * returns counts any more.
 */
export const timeLimit = (clock: Clock): TimeLimit => {
  // Whoever has the same limit is over in the order of beginning: one timer a limit is enough.
  const watches = new Map<number, Watch>();
  return (limitMs, run) => {
    let watch = watches.get(limitMs);
    if (!watch) {
      watch = new Watch(clock, limitMs);
      watches.set(limitMs, watch);
    }
    return within(watch, run);
  };
};

const within = <T>(watch: Watch, run: (limited: Limited) => T | Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const running = new Running(watch.clock.elapsed() + watch.limitMs, reject);
    const result = run(running);
    // What has decided at once needs no watch.
    if (!isPromise(result)) return resolve(result);
    watch.add(running);
    result.then(
      (value) => {
        watch.delete(running);
        resolve(value);
      },
      (error: unknown) => {
        watch.delete(running);
        reject(error);
      },
    );
  });

const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof (value as { readonly then?: unknown } | undefined)?.then === 'function';

/** Something under way. */
class Running implements Limited, Linked<Running> {
  before: Running | undefined;
  after: Running | undefined;
  isLinked = false;
  readonly deadline: number;
  readonly #reject: (reason: Error) => void;
  #controller: AbortController | undefined;

  constructor(deadline: number, reject: (reason: Error) => void) {
    this.deadline = deadline;
    this.#reject = reject;
  }

  get signal(): AbortSignal {
    return this.#made.signal;
  }

  /** Tells whoever looks at the signal, also who looks at it only afterwards. */
  end(reason: Error): void {
    this.#made.abort(reason);
    this.#reject(reason);
  }

  get #made(): AbortController {
    this.#controller ??= new AbortController();
    return this.#controller;
  }
}

/** Ends what is under way for longer than one limit. */
class Watch {
  readonly clock: Clock;
  readonly limitMs: number;
  /** In the order in which they began, which is that of their deadlines. */
  readonly #running = new Chain<Running>();
  #cancel: Cancel | undefined;

  constructor(clock: Clock, limitMs: number) {
    this.clock = clock;
    this.limitMs = limitMs;
  }

  add(running: Running): void {
    this.#running.add(running);
    this.#cancel ??= this.clock.after(this.limitMs, () => this.#look());
  }

  delete(running: Running): void {
    this.#running.delete(running);
    if (this.#running.size > 0) return;
    // A timer that nobody needs would keep the process from ending.
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    this.#cancel = undefined;
    const now = this.clock.elapsed();
    for (const running of this.#running) {
      if (running.deadline > now) {
        this.#cancel = this.clock.after(running.deadline - now, () => this.#look());
        return;
      }
      this.#running.delete(running);
      running.end(new HandlerTimeout(this.limitMs));
    }
  }
}
