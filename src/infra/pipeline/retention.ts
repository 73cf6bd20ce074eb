/** How long something is kept after it was stored, in milliseconds, or for good. */
type Keep = number | 'keep';

/**
 * How long a service's stream keeps what it holds. At least so long: what somebody has yet to
 * handle stays, however old it is.
 *
 * States are not among it: they are what the service knows, and stay.
 */
export interface Retention {
  /** Request events, from the time at which they were stored. */
  readonly requestsMs: Keep;
  /** Facts: also how far back a new reader of them can begin. */
  readonly factsMs: Keep;
  /** Dead letters, and the rulings upon them. What is gone can be neither looked at nor redriven. */
  readonly deadLettersMs: Keep;
}

const thirtyDaysMs = 30 * 24 * 3_600_000;

const usualRetention: Retention = {
  requestsMs: thirtyDaysMs,
  factsMs: thirtyDaysMs,
  deadLettersMs: 'keep',
};

/** What a service declared, completed. @throws TypeError naming what cannot be */
export const retentionOf = (service: string, declared: Partial<Retention> = {}): Retention => {
  const retention = { ...usualRetention, ...declared };
  for (const [name, keep] of Object.entries(retention)) {
    if (keep === 'keep' || (Number.isSafeInteger(keep) && Number(keep) > 0)) continue;
    throw new TypeError(`${service}: retention.${name} is a number of milliseconds, or 'keep'`);
  }
  if (durationOf(retention.deadLettersMs) < durationOf(retention.requestsMs)) {
    // What has become of a request event is told by its dead letter.
    throw new TypeError(`${service}: dead letters are kept at least as long as request events`);
  }
  return retention;
};

const durationOf = (keep: Keep): number => (keep === 'keep' ? Number.POSITIVE_INFINITY : keep);
