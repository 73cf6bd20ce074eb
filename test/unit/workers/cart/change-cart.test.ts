import { describe, expect, it } from 'vitest';
import { CartRemove } from '../../../../src/contracts/cart/cart-remove.ts';
import { CartRepriceItem } from '../../../../src/contracts/cart/cart-reprice-item.ts';
import { CartUpdate } from '../../../../src/contracts/cart/cart-update.ts';
import { CartWithdrawItem } from '../../../../src/contracts/cart/cart-withdraw-item.ts';
import { RemoveFromCart } from '../../../../src/workers/cart/handlers/remove-from-cart.ts';
import { RepriceItem } from '../../../../src/workers/cart/handlers/reprice-item.ts';
import { UpdateCart } from '../../../../src/workers/cart/handlers/update-cart.ts';
import { WithdrawItem } from '../../../../src/workers/cart/handlers/withdraw-item.ts';
import { given } from '../../../support/given-when-then.ts';
import { eur, holding, item, usd } from './fakes.ts';

const milk = { userId: 'u1', productId: 'milk' };
const cart = holding(item('bread', 1), item('milk', 3), item('tea', 2));
const withoutMilk = holding(item('bread', 1), item('tea', 2));

describe('removing from a cart', () => {
  it('takes all pieces out and leaves the rest in its order', async () => {
    const { state, events } = await given(cart).when(new RemoveFromCart(), CartRemove(milk));

    expect(state).toEqual(withoutMilk);
    expect(events).toEqual([['cart.item-removed', { ...milk, quantity: 3 }]]);
  });

  it('refuses what is not in the cart', async () => {
    const { state, events } = await given(withoutMilk).when(new RemoveFromCart(), CartRemove(milk));

    expect(state).toEqual(withoutMilk);
    expect(events).toEqual([
      [
        'cart.remove-rejected',
        { ...milk, reason: 'not-in-cart', message: 'the product is not in the cart' },
      ],
    ]);
  });
});

describe('updating a quantity', () => {
  const update = (quantity: number, state = cart) =>
    given(state).when(new UpdateCart(), CartUpdate({ ...milk, quantity }));

  it.each([1, 3, 100_000])('sets it to %i', async (quantity) => {
    const { state, events } = await update(quantity);

    expect(state).toEqual(holding(item('bread', 1), item('milk', quantity), item('tea', 2)));
    expect(events).toEqual([['cart.item-updated', { ...milk, quantity, previousQuantity: 3 }]]);
  });

  it.each([0, -1, 100_001])('refuses %i', async (quantity) => {
    const { state, events } = await update(quantity);

    expect(state).toEqual(cart);
    expect(events).toEqual([
      [
        'cart.update-rejected',
        {
          ...milk,
          quantity,
          reason: 'quantity-out-of-bounds',
          message: 'a cart holds 1 to 100000 pieces of a product',
        },
      ],
    ]);
  });

  it('refuses what is not in the cart', async () => {
    const { state, events } = await update(1, withoutMilk);

    expect(state).toEqual(withoutMilk);
    expect(events).toMatchObject([['cart.update-rejected', { reason: 'not-in-cart' }]]);
  });
});

describe('withdrawing an item', () => {
  it('takes it out and says that it was the shop', async () => {
    const { state, events } = await given(cart).when(new WithdrawItem(), CartWithdrawItem(milk));

    expect(state).toEqual(withoutMilk);
    expect(events).toEqual([['cart.item-withdrawn', { ...milk, quantity: 3 }]]);
  });

  it('does nothing when it is out already', async () => {
    const event = CartWithdrawItem(milk);

    const { state, events } = await given(withoutMilk).when(new WithdrawItem(), event);

    expect(state).toEqual(withoutMilk);
    expect(events).toEqual([]);
  });
});

describe('repricing an item', () => {
  const reprice = (state: typeof cart, price = eur(120)) =>
    given(state).when(new RepriceItem(), CartRepriceItem({ ...milk, price }));

  it.each([eur(120), usd(100)])('notes the price %o and says what it was', async (price) => {
    const { state, events } = await reprice(cart, price);

    expect(state).toEqual(holding(item('bread', 1), item('milk', 3, price), item('tea', 2)));
    expect(events).toEqual([['cart.item-repriced', { ...milk, price, previousPrice: eur(100) }]]);
  });

  it('does nothing when it has that price already', async () => {
    expect(await reprice(cart, eur(100))).toEqual({ state: cart, events: [] });
  });

  it('does nothing when it is out', async () => {
    expect(await reprice(withoutMilk)).toEqual({ state: withoutMilk, events: [] });
  });
});
