import { Problem } from '../problems/problem.ts';

export interface HashingBounds {
  readonly atOnce: number;
  readonly waiting: number;
}

/**
 * Hashes so many passwords at a time, lets so many wait, and refuses the rest.
 *
 * A hash is made to cost time and memory: without a bound, registrations are a way to stop the gateway.
 */
export const boundedHashing = (
  hash: (password: string) => Promise<string>,
  { atOnce, waiting }: HashingBounds,
): ((password: string) => Promise<string>) => {
  const queue: (() => void)[] = [];
  let running = 0;
  const enter = async (): Promise<void> => {
    if (running < atOnce) {
      running++;
      return;
    }
    if (queue.length >= waiting) {
      const headers = { 'retry-after': '1' };
      throw new Problem('busy', 'too many passwords wait to be hashed', { headers });
    }
    // The one that leaves hands its place on: `running` stays as it is.
    await new Promise<void>((resolve) => queue.push(resolve));
  };
  const leave = (): void => {
    const next = queue.shift();
    if (next) next();
    else running--;
  };
  return async (password) => {
    await enter();
    try {
      return await hash(password);
    } finally {
      leave();
    }
  };
};
