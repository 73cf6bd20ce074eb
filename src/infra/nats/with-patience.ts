import { BusUnavailable } from '../pipeline/errors.ts';

/** How long a starting cluster may take until it does what it is asked. */
const settlingMs = 60_000;
const pauseMs = 500;

export interface PatienceOptions {
  /** True when asking again is of no use. */
  readonly isOver: () => boolean;
  readonly onTrouble: (what: string) => void;
}

/** Does what may fail while a cluster finds its leaders, again for a minute. @throws what it throws */
export const withPatience = async (
  run: () => Promise<void>,
  { isOver, onTrouble }: PatienceOptions,
): Promise<void> => {
  const until = performance.now() + settlingMs;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      const mayPass = error instanceof BusUnavailable && !isOver();
      if (!mayPass || performance.now() > until) throw error;
      onTrouble(error.message);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
};
