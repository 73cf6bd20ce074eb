import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponential } from '../../../../src/infra/pipeline/retry-policy.ts';

const backoff = fc.record({
  firstMs: fc.integer({ min: 1, max: 10_000 }),
  maxMs: fc.integer({ min: 1, max: 100_000 }),
  drawn: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
});
const attempt = fc.integer({ min: 1, max: 2000 });

describe('exponential pauses', () => {
  it('are drawn from the upper half of a ceiling that doubles up to the longest', () => {
    fc.assert(
      fc.property(backoff, attempt, ({ firstMs, maxMs, drawn }, n) => {
        const { delayMs } = exponential({ firstMs, maxMs, random: () => drawn });
        const ceiling = Math.min(maxMs, firstMs * 2 ** (n - 1));

        expect(delayMs(n)).toBeGreaterThanOrEqual(ceiling / 2);
        expect(delayMs(n)).toBeLessThanOrEqual(Math.ceil(ceiling));
        expect(Number.isInteger(delayMs(n))).toBe(true);
      }),
    );
  });

  it('never shrink from one attempt to the next when the same is drawn', () => {
    fc.assert(
      fc.property(backoff, attempt, ({ drawn, ...bounds }, n) => {
        const { delayMs } = exponential({ ...bounds, random: () => drawn });

        expect(delayMs(n + 1)).toBeGreaterThanOrEqual(delayMs(n));
      }),
    );
  });

  it('use the whole of their range', () => {
    const drawn = [0, 0.5, 0.999_999];

    const pauses = drawn.map((value) => exponential({ random: () => value }).delayMs(3));

    expect(pauses).toEqual([200, 300, 400]);
  });

  it('differ from each other, so that failures do not come back in step', () => {
    const { delayMs } = exponential({ firstMs: 10_000 });

    expect(new Set(Array.from({ length: 50 }, () => delayMs(1))).size).toBeGreaterThan(10);
  });

  it('allow five attempts, the first one included, unless told otherwise', () => {
    expect(exponential().maxAttempts).toBe(5);
    expect(exponential({ maxAttempts: 1 }).maxAttempts).toBe(1);
  });
});
