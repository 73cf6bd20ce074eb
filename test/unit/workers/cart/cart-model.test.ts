import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CartAdd } from '../../../../src/contracts/cart/cart-add.ts';
import { CartRemove } from '../../../../src/contracts/cart/cart-remove.ts';
import { CartUpdate } from '../../../../src/contracts/cart/cart-update.ts';
import { AddToCart } from '../../../../src/workers/cart/handlers/add-to-cart.ts';
import { RemoveFromCart } from '../../../../src/workers/cart/handlers/remove-from-cart.ts';
import { UpdateCart } from '../../../../src/workers/cart/handlers/update-cart.ts';
import { cartState } from '../../../../src/workers/cart/state.ts';
import { given } from '../../../support/given-when-then.ts';
import { eur, selling } from './fakes.ts';

const sold = ['milk', 'bread', '__proto__', 'whole milk', 'Ærø'];
const shop = selling(Object.fromEntries(sold.map((id) => [id, eur(100)])));

const step = fc.record({
  what: fc.constantFrom('add', 'remove', 'update'),
  productId: fc.constantFrom(...sold, 'ghost'),
  quantity: fc.oneof(fc.integer({ min: -2, max: 5 }), fc.integer({ min: 490, max: 1_010 })),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const handle = (items: typeof cartState.initial, { what, productId, quantity }: Step) => {
  const about = { userId: 'u1', productId };
  if (what === 'remove') return given(items).when(new RemoveFromCart(), CartRemove(about));
  if (what === 'update') {
    return given(items).when(new UpdateCart(), CartUpdate({ ...about, quantity }));
  }
  return given(items).when(new AddToCart(shop), CartAdd({ ...about, quantity }));
};

/** The same, as one would write it down without any machinery. */
const model = (cart: Map<string, number>, { what, productId, quantity }: Step): boolean => {
  const there = cart.get(productId) ?? 0;
  if (what === 'remove') return cart.delete(productId);
  const after = what === 'add' ? there + quantity : quantity;
  const isFine =
    quantity >= 1 && after <= 100_000 && (what === 'add' ? sold.includes(productId) : there > 0);
  if (isFine) cart.set(productId, after);
  return isFine;
};

describe('a cart after any requests', () => {
  it('holds what a straightforward model holds, and has refused what the model refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const expected = new Map<string, number>();
        let state = cartState.initial;
        for (const one of steps) {
          const followed = await handle(state, one);
          // As it is stored: through JSON and the schema.
          state = cartState.schema.parse(JSON.parse(JSON.stringify(followed.state)));
          const isDone = model(expected, one);

          expect(followed.events).toHaveLength(1);
          expect(followed.events[0]?.[0].endsWith('-rejected')).toBe(!isDone);
        }
        expect(state.items.map(({ productId, quantity }) => [productId, quantity])).toEqual([
          ...expected,
        ]);
      }),
      { numRuns: 200 },
    );
  });
});
