import type { KnownLag, ServiceLag } from './service-lag.ts';

/** What an autoscaler reads of a service, as JSON. Numbers of events, and times in seconds. */
export interface LagDocument {
  readonly service: string;
  /** What a worker could do now: pending and unacknowledged. */
  readonly waitingEvents: number;
  readonly pendingEvents: number;
  readonly unacknowledgedEvents: number;
  /** Events whose next try is at a later time; not among the waiting. */
  readonly scheduledRetries: number;
  /** Age of the oldest waiting event; 0 when nothing waits. */
  readonly oldestWaitingSeconds: number;
  /** Events that came in a second, mean of the last seconds; null while that is not known yet. */
  readonly arrivalsPerSecond: number | null;
  /** As of when, RFC 3339. */
  readonly asOf: string;
}

/**
 * Answers `/lag/<service>`.
 *
 * 404 for a service that nobody knows and 503 while its lag is not known, each with the reason: never
 * a number that was not read.
 */
export const lagPage = (lagOf: (service: string) => ServiceLag | undefined) => (path: string) => {
  const [, , service = '', ...more] = path.split('/');
  const lag = more.length === 0 ? lagOf(service) : undefined;
  if (!lag) return json(404, { error: 'no such service: /lag/<service>' });
  if (lag.kind === 'unknown') return json(503, { service, error: `not known: ${lag.why}` });
  return json(200, documentOf(service, lag));
};

const documentOf = (service: string, lag: KnownLag): LagDocument => ({
  service,
  waitingEvents: lag.pending + lag.unacknowledged,
  pendingEvents: lag.pending,
  unacknowledgedEvents: lag.unacknowledged,
  scheduledRetries: lag.scheduledRetries,
  oldestWaitingSeconds: ageOf(lag.oldestStoredAt, lag.asOf),
  arrivalsPerSecond: lag.arrivalsPerSecond ?? null,
  asOf: new Date(lag.asOf).toISOString(),
});

/** Seconds from one moment to another; the broker's clock may be a little ahead of ours. */
export const ageOf = (storedAt: number | undefined, asOf: number): number =>
  storedAt === undefined ? 0 : Math.max(0, asOf - storedAt) / 1000;

const json = (status: number, document: object) => ({
  status,
  contentType: 'application/json',
  body: `${JSON.stringify(document)}\n`,
  headers: { 'cache-control': 'no-store' },
});
