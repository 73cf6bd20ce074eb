import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Chain, type Linked } from '../../../../src/infra/pipeline/chain.ts';

interface Item extends Linked<Item> {
  readonly n: number;
}

const newItem = (n: number): Item => ({ n, before: undefined, after: undefined, isLinked: false });

it('keeps the order of what was added, whatever is taken out', () => {
  const step = fc.tuple(fc.boolean(), fc.nat(30));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const items = Array.from({ length: 31 }, (_, n) => newItem(n));
      const [chain, set] = [new Chain<Item>(), new Set<number>()];
      for (const [isAdded, n] of steps) {
        const item = items[n] as Item;
        if (!isAdded) expect(chain.delete(item)).toBe(set.delete(n));
        else if (!item.isLinked) {
          chain.add(item);
          set.add(n);
        }
        expect(chain.size).toBe(set.size);
        expect([...chain].map((one) => one.n)).toEqual([...set]);
      }
      chain.clear();
      expect([...chain]).toEqual([]);
      for (const { before, after, isLinked } of items) {
        expect({ before, after, isLinked }).toEqual({
          before: undefined,
          after: undefined,
          isLinked: false,
        });
      }
    }),
  );
});

it('lets the item in hand be taken out while it is gone through', () => {
  const chain = new Chain<Item>();
  for (const n of [1, 2, 3]) chain.add(newItem(n));

  const seen: number[] = [];
  for (const item of chain) {
    seen.push(item.n);
    chain.delete(item);
  }

  expect(seen).toEqual([1, 2, 3]);
  expect(chain.size).toBe(0);
});
