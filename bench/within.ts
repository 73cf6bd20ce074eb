import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  readonly ms: number;
  readonly everyMs: number;
  /** What is said when it was in vain. */
  readonly otherwise: string;
  readonly signal: AbortSignal;
}

/** Asks again and again until the answer is yes. @throws when it takes too long, or the signal's reason */
export const within = async (
  isDone: () => boolean | Promise<boolean>,
  { ms, everyMs, otherwise, signal }: Patience,
): Promise<void> => {
  for (const until = performance.now() + ms; !(await isDone()); ) {
    if (performance.now() > until) throw new Error(otherwise);
    await sleep(everyMs, undefined, { signal });
  }
};
