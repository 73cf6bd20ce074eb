import { describe, expect, it } from 'vitest';
import { cartLimits } from '../../../../src/contracts/cart/fields.ts';
import { CartGet } from '../../../../src/contracts/cart/queries.ts';
import type { Money } from '../../../../src/contracts/fields.ts';
import { GetCart } from '../../../../src/workers/cart/queries/get-cart.ts';
import type { CartState } from '../../../../src/workers/cart/state.ts';
import { eur, holding, item, selling, usd } from './fakes.ts';

/** What the service answers about a cart with this state, in a shop with these prices. */
const ask = async (state: CartState, prices: Readonly<Record<string, Money>>) => {
  const query = new GetCart({ read: async () => state }, selling(prices));
  return CartGet.answer.parse(await query.answer({ userId: 'u1' })).cart;
};

describe('asking for a cart', () => {
  it('answers with an empty one for an unknown user', async () => {
    expect(await ask(holding(), {})).toEqual({ userId: 'u1', items: [], pieces: 0, total: null });
  });

  it('counts lines, pieces and the total in whole minor units', async () => {
    const cart = await ask(holding(item('milk', 3), item('bread', 2)), {
      bread: eur(350),
      milk: eur(199),
    });

    expect(cart).toEqual({
      userId: 'u1',
      items: [
        {
          productId: 'milk',
          name: 'The milk',
          quantity: 3,
          price: eur(199),
          lineTotal: eur(597),
          available: true,
        },
        {
          productId: 'bread',
          name: 'The bread',
          quantity: 2,
          price: eur(350),
          lineTotal: eur(700),
          available: true,
        },
      ],
      pieces: 5,
      total: eur(1297),
    });
  });

  it('counts with the price of today, not with the one on record', async () => {
    const cart = await ask(holding(item('milk', 2, eur(100))), { milk: eur(120) });

    expect(cart.total).toEqual(eur(240));
  });

  it('shows what is no longer sold and does not count it', async () => {
    const cart = await ask(holding(item('gone', 4, eur(100)), item('milk', 1)), {
      milk: eur(199),
    });

    expect(cart.items[0]).toEqual({
      productId: 'gone',
      name: 'gone',
      quantity: 4,
      price: eur(100),
      lineTotal: eur(400),
      available: false,
    });
    expect(cart.pieces).toBe(1);
    expect(cart.total).toEqual(eur(199));
  });

  it('has no total when nothing in it is sold', async () => {
    const cart = await ask(holding(item('gone', 4)), {});

    expect(cart).toMatchObject({ pieces: 0, total: null });
  });

  it('does not count what has moved to another currency than most of the cart', async () => {
    const cart = await ask(holding(item('bagel', 1), item('milk', 1), item('bread', 1)), {
      bagel: usd(250),
      milk: eur(199),
      bread: eur(350),
    });

    expect(cart.items.map(({ available }) => available)).toEqual([false, true, true]);
    expect(cart.items[0]?.lineTotal).toEqual(usd(250));
    expect(cart).toMatchObject({ pieces: 2, total: eur(549) });
  });

  it('takes the currency that comes first when two are as frequent', async () => {
    const cart = await ask(holding(item('bagel', 2), item('milk', 1)), {
      bagel: usd(250),
      milk: eur(199),
    });

    expect(cart).toMatchObject({ pieces: 2, total: usd(500) });
  });

  it('adds a full cart of the dearest products up exactly', async () => {
    const most = 90_000_000;
    const ids = Array.from({ length: cartLimits.products }, (_, number) => `p${number}`);

    const cart = await ask(
      holding(...ids.map((id) => item(id, cartLimits.quantity))),
      Object.fromEntries(ids.map((id) => [id, eur(most)])),
    );

    expect(BigInt(cart.total?.amount ?? 0)).toBe(1_000n * 100_000n * BigInt(most));
    expect(cart.pieces).toBe(100_000_000);
  });
});
