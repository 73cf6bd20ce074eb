import { describe, expect, it } from 'vitest';
import { cartLimits } from '../../../../src/contracts/cart/fields.ts';
import type { Product, ProductState } from '../../../../src/contracts/product/fields.ts';
import { ProductAdd } from '../../../../src/contracts/product/product-add.ts';
import { ProductRemove } from '../../../../src/contracts/product/product-remove.ts';
import { ProductUpdate } from '../../../../src/contracts/product/product-update.ts';
import { AddProduct } from '../../../../src/workers/product/handlers/add-product.ts';
import { RemoveProduct } from '../../../../src/workers/product/handlers/remove-product.ts';
import { UpdateProduct } from '../../../../src/workers/product/handlers/update-product.ts';
import { GetProduct } from '../../../../src/workers/product/queries/get-product.ts';
import { given } from '../../../support/given-when-then.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const milk: Product = {
  productId: 'p1',
  name: 'Oat milk',
  description: 'One litre',
  price: eur(199),
};
const none: ProductState = { product: null };
const sold: ProductState = { product: milk };

describe('adding a product', () => {
  it('takes up one that is unknown, or was removed', async () => {
    const { state, events } = await given(none).when(new AddProduct(), ProductAdd(milk));

    expect(state).toEqual({ product: milk });
    expect(events).toEqual([['product.added', milk]]);
  });

  it('refuses one that is sold already, and leaves it as it is', async () => {
    const event = ProductAdd({ ...milk, name: 'Other milk' });

    const { state, events } = await given(sold).when(new AddProduct(), event);

    expect(state).toEqual(sold);
    expect(events).toEqual([
      [
        'product.add-rejected',
        {
          productId: 'p1',
          reason: 'product-exists',
          message: 'there is a product with this id already',
        },
      ],
    ]);
  });
});

describe('updating a product', () => {
  const update = (changes: Partial<Product>) =>
    given(sold).when(new UpdateProduct(), ProductUpdate({ productId: 'p1', ...changes }));

  it('changes the name and says so', async () => {
    const { state, events } = await update({ name: 'Oat drink' });

    expect(state).toEqual({ product: { ...milk, name: 'Oat drink' } });
    expect(events).toEqual([['product.updated', { ...milk, name: 'Oat drink' }]]);
  });

  it('clears a description', async () => {
    const { state, events } = await update({ description: '' });

    expect(state).toEqual({ product: { ...milk, description: '' } });
    expect(events).toEqual([['product.updated', { ...milk, description: '' }]]);
  });

  it.each([eur(249), { amount: 199, currency: 'USD' }, eur(0)])(
    'changes the price to %o and says what it was',
    async (price) => {
      const { state, events } = await update({ price });

      expect(state).toEqual({ product: { ...milk, price } });
      expect(events).toEqual([
        ['product.price-changed', { ...milk, price, previousPrice: eur(199) }],
      ]);
    },
  );

  it('says both when texts and price change', async () => {
    const { events } = await update({ description: 'Barista', price: eur(299) });

    const product = { ...milk, description: 'Barista', price: eur(299) };
    expect(events).toEqual([
      ['product.updated', product],
      ['product.price-changed', { ...product, previousPrice: eur(199) }],
    ]);
  });

  it('answers with the product as it is when nothing changes', async () => {
    const { state, events } = await update({ name: 'Oat milk', price: eur(199) });

    expect(state).toEqual(sold);
    expect(events).toEqual([['product.updated', milk]]);
  });

  it('refuses an unknown product', async () => {
    const event = ProductUpdate({ productId: 'p1', name: 'Any' });

    const { state, events } = await given(none).when(new UpdateProduct(), event);

    expect(state).toEqual(none);
    expect(events).toEqual([
      [
        'product.update-rejected',
        {
          productId: 'p1',
          reason: 'unknown-product',
          message: 'there is no product with this id',
        },
      ],
    ]);
  });

  it('is refused by the contract when it names nothing', () => {
    expect(ProductUpdate.data.safeParse({ productId: 'p1' }).success).toBe(false);
  });
});

describe('removing a product', () => {
  it('ends its sale', async () => {
    const { state, events } = await given(sold).when(
      new RemoveProduct(),
      ProductRemove({ productId: 'p1' }),
    );

    expect(state).toEqual(none);
    expect(events).toEqual([['product.removed', { productId: 'p1' }]]);
  });

  it('refuses an unknown product', async () => {
    const { state, events } = await given(none).when(
      new RemoveProduct(),
      ProductRemove({ productId: 'p1' }),
    );

    expect(state).toEqual(none);
    expect(events).toEqual([
      [
        'product.removal-rejected',
        {
          productId: 'p1',
          reason: 'unknown-product',
          message: 'there is no product with this id',
        },
      ],
    ]);
  });
});

describe('asking for a product', () => {
  it('answers with the latest state', async () => {
    const query = new GetProduct({ read: async (key) => (key === 'p1' ? sold : none) });

    expect(await query.answer({ productId: 'p1' })).toEqual({ product: milk });
    expect(await query.answer({ productId: 'p2' })).toEqual({ product: null });
  });
});

describe('the price of a product', () => {
  it('is bounded so that a full cart adds up exactly', () => {
    const most = 90_000_000;
    const withPrice = (amount: number) =>
      ProductAdd.data.safeParse({ ...milk, price: eur(amount) });

    expect(withPrice(most).success).toBe(true);
    expect(withPrice(most + 1).success).toBe(false);
    expect(Number.isSafeInteger(most * cartLimits.products * cartLimits.quantity)).toBe(true);
  });
});
