import type { Clock } from '../clock.ts';
import { EventExpired } from '../errors.ts';
import type { Middleware } from '../process.ts';

/** Lets die, unhandled, what is older than its route allows; what was set aside has been old before. */
export const refuseExpired =
  (clock: Clock): Middleware =>
  (next) =>
  (event) => {
    const maxAgeMs = event.route?.maxAgeMs;
    if (maxAgeMs === undefined || event.turn) return next(event);
    const ageMs = clock.now() - event.message.storedAt;
    return ageMs > maxAgeMs ? Promise.reject(new EventExpired(ageMs, maxAgeMs)) : next(event);
  };
