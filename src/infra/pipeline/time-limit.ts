import type { Clock } from './clock.ts';
import { HandlerTimeout } from './errors.ts';

/** Runs something that must end in time; what it is given makes its signal only when that is read. */
export type TimeLimit = <T>(
  limitMs: number,
  run: (limited: { readonly signal: AbortSignal }) => Promise<T>,
) => Promise<T>;

class Limited {
  #controller: AbortController | undefined;

  get signal(): AbortSignal {
    return this.#made.signal;
  }

  /** Also for who looks at the signal only afterwards. */
  abort(reason: Error): void {
    this.#made.abort(reason);
  }

  get #made(): AbortController {
    this.#controller ??= new AbortController();
    return this.#controller;
  }
}

/**
 * Time limits by a clock.
 *
 * Rejects with HandlerTimeout when the time is over. What runs on cannot be stopped, but nothing it
 * returns counts any more.
 */
export const timeLimit =
  (clock: Clock): TimeLimit =>
  (limitMs, run) =>
    new Promise((resolve, reject) => {
      const limited = new Limited();
      const cancel = clock.after(limitMs, () => {
        const timeout = new HandlerTimeout(limitMs);
        limited.abort(timeout);
        reject(timeout);
      });
      run(limited).then(
        (value) => {
          cancel();
          resolve(value);
        },
        (error: unknown) => {
          cancel();
          reject(error);
        },
      );
    });
