import { token } from '../di/token.ts';

/** Takes back something that was to happen later; harmless when it has happened. */
export type Cancel = () => void;

/** Time, as everything below `infra` sees it: tests turn one by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment: for how long something took. Unlike {@link now} it never jumps. */
  elapsed(): number;
  /** Runs something once, after so many milliseconds. */
  after(ms: number, run: () => void): Cancel;
}
export const Clock = token<Clock>('Clock');

/** Resolves after so many milliseconds, or at once when the signal aborts. */
export const sleep = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const stop = (): void => {
      cancel();
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const cancel = clock.after(ms, stop);
    signal?.addEventListener('abort', stop);
  });
