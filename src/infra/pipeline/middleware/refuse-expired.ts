import type { Clock } from '../clock.ts';
import { EventExpired } from '../errors.ts';
import type { Middleware } from '../process.ts';

/** Lets die, unhandled, what is older than its route allows; what was set aside has been old before. */
export const refuseExpired =
  (clock: Clock): Middleware =>
  (next) =>
  async (event) => {
    const maxAgeMs = event.route?.maxAgeMs;
    if (maxAgeMs !== undefined && !event.turn) {
      const ageMs = clock.now() - event.message.storedAt;
      if (ageMs > maxAgeMs) throw new EventExpired(ageMs, maxAgeMs);
    }
    return next(event);
  };
