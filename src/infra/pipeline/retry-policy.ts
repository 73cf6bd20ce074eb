/** How often a failing event is tried, and how long the pauses between are. */
export interface RetryPolicy {
  /** The first try counts: 1 means never again. */
  readonly maxAttempts: number;
  /** The pause after the failed attempt of this number, from 1. */
  readonly delayMs: (attempt: number) => number;
}

export interface Backoff {
  /** @default 5 */
  readonly maxAttempts?: number;
  /** The longest first pause. @default 100 */
  readonly firstMs?: number;
  /** No pause is longer. @default 30000 */
  readonly maxMs?: number;
  /** From 0 up to, not including, 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * Pauses that double, each drawn from its upper half, so that many failures do not return in step.
 *
 * Attempt n waits between half of and the whole of min(maxMs, firstMs × 2^(n−1)).
 */
export const exponential = ({
  maxAttempts = 5,
  firstMs = 100,
  maxMs = 30_000,
  random = Math.random,
}: Backoff = {}): RetryPolicy => ({
  maxAttempts,
  delayMs: (attempt) => {
    const ceiling = Math.min(maxMs, firstMs * 2 ** (attempt - 1));
    return Math.ceil(ceiling / 2 + (random() * ceiling) / 2);
  },
});
