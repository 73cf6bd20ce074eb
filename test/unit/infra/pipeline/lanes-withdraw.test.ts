import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sleep } from '../../../../src/infra/pipeline/clock.ts';
import { Lanes } from '../../../../src/infra/pipeline/lanes.ts';
import { TestClock } from '../../../support/test-clock.ts';

interface Item {
  readonly n: number;
  readonly key: string;
  readonly partition: number;
}

const anyItem = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  // Nearly always that of the key; what has no readable key may be of any.
  partition: fc.constantFrom(0, 1),
  isFailing: fc.boolean(),
});

it('give back what waits of a partition at any moment, and go on with the rest in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyItem, { minLength: 1, maxLength: 25 }),
      fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 4 }),
      async (drawn, momentsMs, limit) => {
        const clock = new TestClock();
        const tries = new Map<number, number>();
        const finished: Item[] = [];
        const working = new Set<Item>();
        const lanes = new Lanes<Item>({
          limit,
          clock,
          work: async (item) => {
            working.add(item);
            const count = (tries.get(item.n) ?? 0) + 1;
            tries.set(item.n, count);
            await sleep(clock, 5);
            working.delete(item);
            if (drawn[item.n]?.isFailing && count < 3) return { againAfterMs: 7 };
            finished.push(item);
            return 'finished';
          },
        });
        for (const [n, { key, partition }] of drawn.entries())
          lanes.add(key, { n, key, partition });

        const back: Item[] = [];
        for (const ms of momentsMs) {
          await clock.advance(ms);
          const atWork = [...working];
          const withdrawn = lanes.withdraw(({ partition }) => partition === 1);
          for (const item of withdrawn) {
            expect(item.partition).toBe(1);
            expect(atWork).not.toContain(item);
          }
          back.push(...withdrawn);
        }
        await clock.advance(2_000);

        // Nothing is lost, nothing comes twice, nothing is counted as blocked for ever.
        const all = [...finished, ...back].map(({ n }) => n).sort((a, b) => a - b);
        expect(all).toEqual(drawn.map((_, n) => n));
        expect(lanes.blocked).toBe(0);
        expect(clock.pending).toBe(0);
        for (const key of 'abcde') {
          const ended = finished.filter((item) => item.key === key).map(({ n }) => n);
          expect(ended).toEqual([...ended].sort((a, b) => a - b));
        }
      },
    ),
    { numRuns: 150 },
  );
});
