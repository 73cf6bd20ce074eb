import type { GatewayPorts } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { retryAfterSeconds } from '../problems/problem-of-error.ts';

/** Refuses at once what needs the bus while it is away: nothing is tried, nothing hashed. */
export const requireBus =
  ({ isConnected }: Pick<GatewayPorts, 'isConnected'>) =>
  async (): Promise<void> => {
    if (isConnected()) return;
    throw new Problem('unavailable', 'the bus is away: nothing was stored or asked', {
      headers: { 'retry-after': retryAfterSeconds },
    });
  };
