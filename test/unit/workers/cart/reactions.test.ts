import { describe, expect, it } from 'vitest';
import { ProductPriceChanged } from '../../../../src/contracts/product/product-price-changed.ts';
import { ProductRemoved } from '../../../../src/contracts/product/product-removed.ts';
import { RepriceProduct } from '../../../../src/workers/cart/handlers/reprice-product.ts';
import { WithdrawProduct } from '../../../../src/workers/cart/handlers/withdraw-product.ts';
import { CartIndex } from '../../../../src/workers/cart/views/carts-by-product.ts';
import { given } from '../../../support/given-when-then.ts';
import { eur, holding, item } from './fakes.ts';

const carts = (): CartIndex => {
  const index = new CartIndex();
  index.apply('u1', holding(item('milk', 1), item('bread', 1)));
  index.apply('u2', holding(item('bread', 1)));
  index.apply('u3', holding(item('milk', 7)));
  return index;
};

const milk = { productId: 'milk', name: 'Milk', description: '', price: eur(120) };

describe('reacting to the product service', () => {
  it('asks each cart that holds a removed product to take it out', async () => {
    const { events } = await given<unknown>(undefined).when(
      new WithdrawProduct(carts()),
      ProductRemoved({ productId: 'milk' }),
    );

    expect(events).toEqual([
      ['cart.withdraw-item', { userId: 'u1', productId: 'milk' }],
      ['cart.withdraw-item', { userId: 'u3', productId: 'milk' }],
    ]);
  });

  it('tells each cart that holds a product its new price', async () => {
    const { events } = await given<unknown>(undefined).when(
      new RepriceProduct(carts()),
      ProductPriceChanged({ ...milk, previousPrice: eur(100) }),
    );

    expect(events).toEqual([
      ['cart.reprice-item', { userId: 'u1', productId: 'milk', price: eur(120) }],
      ['cart.reprice-item', { userId: 'u3', productId: 'milk', price: eur(120) }],
    ]);
  });

  it('asks nobody when no cart holds the product', async () => {
    const handler = new WithdrawProduct(carts());

    const { events } = await given<unknown>(undefined).when(
      handler,
      ProductRemoved({ productId: '__proto__' }),
    );

    expect(events).toEqual([]);
  });

  it('asks all carts, however many hold it', async () => {
    const index = new CartIndex();
    for (let user = 0; user < 2_500; user++) index.apply(`u${user}`, holding(item('milk', 1)));

    const { events } = await given<unknown>(undefined).when(
      new WithdrawProduct(index),
      ProductRemoved({ productId: 'milk' }),
    );

    expect(events).toHaveLength(2_500);
  });
});

describe('the carts that hold a product', () => {
  it('follow what is put in and taken out', () => {
    const index = carts();

    index.apply('u1', holding(item('bread', 2)));
    index.apply('u2', holding(item('milk', 1), item('bread', 1)));
    index.apply('u3', holding());

    expect(index.holding('milk')).toEqual(['u2']);
    expect([...index.holding('bread')].sort()).toEqual(['u1', 'u2']);
  });

  it('stay the same when a state comes twice', () => {
    const index = carts();

    index.apply('u3', holding(item('milk', 7)));

    expect(index.holding('milk')).toEqual(['u1', 'u3']);
  });
});
