import { describe, expect, it } from 'vitest';
import { CartAdd } from '../../../../src/contracts/cart/cart-add.ts';
import { cartLimits } from '../../../../src/contracts/cart/fields.ts';
import { AddToCart } from '../../../../src/workers/cart/handlers/add-to-cart.ts';
import type { Products } from '../../../../src/workers/cart/products.ts';
import type { CartState } from '../../../../src/workers/cart/state.ts';
import { given, storedAt } from '../../../support/given-when-then.ts';
import { eur, holding, item, selling, usd } from './fakes.ts';

const shop = selling({ milk: eur(199), bread: eur(350), bagel: usd(250) });
const u1 = { userId: 'u1' };

const add = (state: CartState, productId: string, quantity: number, products = shop) =>
  given(state).when(new AddToCart(products), CartAdd({ ...u1, productId, quantity }));

const rejection = (productId: string, quantity: number, reason: string) => [
  ['cart.add-rejected', { ...u1, productId, quantity, reason, message: expect.any(String) }],
];

describe('adding to a cart', () => {
  it('puts a product into an empty cart at its price', async () => {
    const { state, events } = await add(holding(), 'milk', 2);

    expect(state).toEqual(holding(item('milk', 2, eur(199))));
    expect(events).toEqual([
      ['cart.item-added', { ...u1, productId: 'milk', quantity: 2, total: 2, price: eur(199) }],
    ]);
  });

  it('adds to the pieces that are there, in their place, and states the new total', async () => {
    const cart = holding(item('milk', 2, eur(199)), item('bread', 1, eur(350)));

    const { state, events } = await add(cart, 'milk', 3);

    expect(state).toEqual(holding(item('milk', 5, eur(199)), item('bread', 1, eur(350))));
    expect(events).toEqual([
      ['cart.item-added', { ...u1, productId: 'milk', quantity: 3, total: 5, price: eur(199) }],
    ]);
  });

  it('notes the price of today for all pieces', async () => {
    const { state } = await add(holding(item('milk', 2, eur(100))), 'milk', 1);

    expect(state).toEqual(holding(item('milk', 3, eur(199))));
  });

  it('asks for the product as of the moment in which the event was stored', async () => {
    const asked: unknown[] = [];
    const products: Products = {
      ...shop,
      find: (...question) => {
        asked.push(question);
        return shop.find(...question);
      },
    };

    await add(holding(), 'milk', 1, products);

    expect(asked).toEqual([['milk', storedAt]]);
  });

  it.each([
    [0, 1],
    [0, 100_000],
    [99_999, 1],
  ])('takes a quantity in bounds: %i there and %i more', async (there, more) => {
    const cart = there === 0 ? holding() : holding(item('milk', there));

    const { events } = await add(cart, 'milk', more);

    expect(events).toMatchObject([['cart.item-added', { total: there + more }]]);
  });

  it.each([
    [0, 0],
    [5, 0],
    [5, -1],
    [0, 100_001],
    [100_000, 1],
    [50_000, 50_001],
    [1, Number.MAX_SAFE_INTEGER],
    [1, Number.MIN_SAFE_INTEGER],
  ])('refuses a quantity out of bounds: %i there and %i more', async (there, more) => {
    const cart = there === 0 ? holding() : holding(item('milk', there));

    const { state, events } = await add(cart, 'milk', more);

    expect(state).toEqual(cart);
    expect(events).toEqual(rejection('milk', more, 'quantity-out-of-bounds'));
  });

  it('refuses a product that nobody sells', async () => {
    const { state, events } = await add(holding(), 'ghost', 1);

    expect(state).toEqual(holding());
    expect(events).toEqual(rejection('ghost', 1, 'unknown-product'));
  });

  it('refuses one product too many, and takes more of one that is there', async () => {
    const full = holding(
      ...Array.from({ length: cartLimits.products - 1 }, (_, n) => item(`p${n}`, 1)),
      item('milk', 1),
    );

    expect((await add(full, 'bread', 1)).events).toEqual(
      rejection('bread', 1, 'too-many-products'),
    );
    expect((await add(full, 'milk', 1)).events).toMatchObject([['cart.item-added', { total: 2 }]]);
  });

  it('refuses another currency than that of the cart', async () => {
    const cart = holding(item('milk', 1, eur(199)));

    const { state, events } = await add(cart, 'bagel', 1);

    expect(state).toEqual(cart);
    expect(events).toEqual(rejection('bagel', 1, 'currency-differs'));
  });

  it('takes more of the only product when its own currency has changed', async () => {
    const { state } = await add(holding(item('bagel', 1, eur(230))), 'bagel', 1);

    expect(state).toEqual(holding(item('bagel', 2, usd(250))));
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    'holds a product with the id %s',
    async (id) => {
      const products = selling(Object.fromEntries([[id, eur(1)]]));

      const { state } = await add(holding(), id, 2, products);

      expect(state).toEqual(holding(item(id, 2, eur(1))));
      expect((await add(state, id, 1, products)).events).toMatchObject([
        [expect.any(String), { total: 3 }],
      ]);
    },
  );
});
