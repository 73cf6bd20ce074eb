import type { GatewayPorts } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { retryAfterSeconds } from '../problems/problem-of-error.ts';

/** What a route runs before it does anything that needs the bus. */
export type RequireBus = () => Promise<void>;

export interface BusPatience {
  /** How long a request waits for the bus to come back, in milliseconds. */
  readonly patienceMs: number;
  /** Requests that may wait for it at a time. */
  readonly waiting: number;
}

/** How often those who wait look whether it is back. */
const lookMs = 25;

/**
 * Refuses what needs the bus while it is away: nothing is tried, nothing hashed.
 *
 * A connection that moves to another server, because its own is told to stop, is back after some tens of
 * milliseconds: who comes in between waits for it. At most so many wait, and not for long: in an outage
 * the rest is refused at once.
 */
export const requireBus = (
  { isConnected, clock }: Pick<GatewayPorts, 'isConnected' | 'clock'>,
  { patienceMs, waiting }: BusPatience,
): RequireBus => {
  let waitingNow = 0;
  const isBack = async (): Promise<boolean> => {
    const until = clock.elapsed() + patienceMs;
    while (!isConnected()) {
      if (clock.elapsed() >= until) return false;
      await new Promise<void>((resolve) => void clock.after(lookMs, resolve));
    }
    return true;
  };
  return async () => {
    if (isConnected()) return;
    if (waitingNow < waiting) {
      waitingNow++;
      const back = await isBack().finally(() => waitingNow--);
      if (back) return;
    }
    throw new Problem('unavailable', 'the bus is away: nothing was stored or asked', {
      headers: { 'retry-after': retryAfterSeconds },
    });
  };
};
