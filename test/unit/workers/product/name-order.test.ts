import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Product } from '../../../../src/contracts/product/fields.ts';
import { byName, NameOrder } from '../../../../src/workers/product/views/name-order.ts';

const called = (productId: string, name: string): Product => ({
  productId,
  name,
  description: '',
  price: { amount: 1, currency: 'EUR' },
});

/** An order that counts how often it compares. */
const counting = () => {
  let compared = 0;
  const order = new NameOrder((one, other) => {
    compared++;
    return byName(one, other);
  });
  const during = (run: () => void): number => {
    const before = compared;
    run();
    return compared - before;
  };
  return { order, during };
};

describe('products in the order of their names', () => {
  it('compares nothing while nothing changes, and each product at most once after a change', () => {
    const { order, during } = counting();
    for (let number = 0; number < 20_000; number++) {
      order.put(called(`p${number}`, `Name ${(number * 7919) % 20_000}`));
    }
    order.list();

    expect(during(() => order.list())).toBe(0);

    order.put(called('p5', 'Zebra'));
    order.put(called('p6', 'Aardvark'));
    order.remove('p7');
    const compared = during(() => order.list());
    expect(compared).toBeLessThanOrEqual(20_010);
    expect(order.list().at(0)?.product.productId).toBe('p6');
    expect(order.list().at(-1)?.product.productId).toBe('p5');
    expect(order.list()).toHaveLength(19_999);
  });

  it('equals a plain sort after any changes', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const change = fc.oneof(
      fc.record({ id, name: fc.constantFrom('Ada', 'ada', 'Bär', 'bar', 'x', '!') }),
      fc.record({ id, gone: fc.constant(true) }),
      fc.constant('list' as const),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const order = new NameOrder();
        const model = new Map<string, Product>();
        for (const it of changes) {
          if (it === 'list') order.list();
          else if ('gone' in it) {
            order.remove(it.id);
            model.delete(it.id);
          } else {
            order.put(called(it.id, it.name));
            model.set(it.id, called(it.id, it.name));
          }
        }

        const listed = order.list();
        expect(listed.map(({ product }) => product)).toEqual(
          [...listed].sort(byName).map(({ product }) => model.get(product.productId)),
        );
        expect(listed).toHaveLength(model.size);
      }),
    );
  });
});
