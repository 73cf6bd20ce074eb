/** What a service promises of its events, over 30 days. */
export interface ServiceLevel {
  readonly service: string;
  /**
   * Of all events that are settled, this share within so many seconds of being stored in the stream.
   * The seconds are an upper bound of the buckets of `millrace_event_response_seconds`.
   */
  readonly freshness: { readonly withinSeconds: number; readonly objective: number };
  /** Of all events that are settled, this share without becoming a dead letter. */
  readonly success: { readonly objective: number };
  /** When the oldest event that waits is older than this, somebody is called. */
  readonly overdueSeconds: number;
}

/**
 * The service levels of the shop: the one place where they are declared.
 *
 * `npm run rules` writes their recording rules and alerts.
 */
export const serviceLevels: readonly ServiceLevel[] = [
  {
    service: 'user',
    freshness: { withinSeconds: 5, objective: 0.99 },
    success: { objective: 0.999 },
    overdueSeconds: 60,
  },
  {
    service: 'product',
    freshness: { withinSeconds: 10, objective: 0.99 },
    success: { objective: 0.999 },
    overdueSeconds: 120,
  },
  {
    service: 'cart',
    freshness: { withinSeconds: 5, objective: 0.99 },
    success: { objective: 0.999 },
    overdueSeconds: 60,
  },
];
