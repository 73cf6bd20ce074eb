import { describe, expect, it } from 'vitest';
import type { Product } from '../../../../src/contracts/product/fields.ts';
import { productStream } from '../../../../src/contracts/product/stream.ts';
import { placeOf } from '../../../../src/contracts/streams.ts';
import { RetryLater } from '../../../../src/infra/pipeline/errors.ts';
import { KnownProducts } from '../../../../src/workers/cart/known-products.ts';
import { PriceList } from '../../../../src/workers/cart/views/product-prices.ts';
import { eur } from './fakes.ts';

const milk: Product = { productId: 'milk', name: 'Milk', description: '', price: eur(199) };
const askedAt = 1_000;

interface World {
  /** What the view has been told, `null` for a removal. */
  readonly view?: Product | null | undefined;
  readonly isPending?: boolean;
  readonly stored?: Product | null | undefined;
}

/** The adapter over fakes of its ports, and a list of what it asked them. */
const knowing = ({ view, isPending = false, stored }: World) => {
  const asked: unknown[] = [];
  const prices = new PriceList();
  if (view === null) prices.apply('milk', { product: milk });
  if (view !== undefined) prices.apply('milk', { product: view });
  const backlog = {
    hasPendingBefore: async (...question: unknown[]) => {
      asked.push(['backlog', ...question]);
      return isPending;
    },
  };
  const read = async (place: unknown) => {
    asked.push(['state', place]);
    if (stored === undefined) return undefined;
    const record = { key: 'milk', state: { product: stored }, causes: [], position: {} };
    return { revision: 1, record: JSON.stringify(record) };
  };
  return { products: new KnownProducts(prices, backlog, () => ({ read })), asked };
};

const backlogAsked = ['backlog', productStream, 'milk', askedAt];
const stateAsked = ['state', placeOf(productStream, 'milk')];

describe('finding a product for a cart', () => {
  it('takes it from the view and asks nobody else', async () => {
    const { products, asked } = knowing({ view: milk });

    expect(await products.find('milk', askedAt)).toEqual({
      productId: 'milk',
      name: 'Milk',
      price: eur(199),
    });
    expect(asked).toEqual([]);
  });

  it.each([undefined, null])(
    'waits while it may be on its way, without reading its state (in the view: %s)',
    async (view) => {
      const { products, asked } = knowing({ view, isPending: true });

      const failure = await products.find('milk', askedAt).catch((error: unknown) => error);

      expect(failure).toBeInstanceOf(RetryLater);
      expect(failure).toMatchObject({ afterMs: 100 });
      expect(asked).toEqual([backlogAsked]);
    },
  );

  it('reads its state once nothing is on its way, because the view may be behind', async () => {
    const { products, asked } = knowing({ stored: milk });

    expect(await products.find('milk', askedAt)).toMatchObject({ price: eur(199) });
    expect(asked).toEqual([backlogAsked, stateAsked]);
  });

  it('finds one that the view calls removed but that was added again', async () => {
    const { products, asked } = knowing({ view: null, stored: milk });

    expect(await products.find('milk', askedAt)).toMatchObject({ price: eur(199) });
    expect(asked).toEqual([backlogAsked, stateAsked]);
  });

  it.each([undefined, null])('finds nothing when its state says so too (%s)', async (stored) => {
    const { products, asked } = knowing({ stored });

    expect(await products.find('milk', askedAt)).toBeUndefined();
    expect(asked).toEqual([backlogAsked, stateAsked]);
  });
});

describe('what is sold now', () => {
  it('comes from the view, else from the state, and never waits', async () => {
    const seen = knowing({ view: milk, isPending: true });
    const unseen = knowing({ isPending: true, stored: milk });
    const nowhere = knowing({ isPending: true });

    expect(await seen.products.soldNow('milk')).toMatchObject({ name: 'Milk' });
    expect(seen.asked).toEqual([]);
    expect(await unseen.products.soldNow('milk')).toMatchObject({ name: 'Milk' });
    expect(unseen.asked).toEqual([stateAsked]);
    expect(await nowhere.products.soldNow('milk')).toBeUndefined();
  });
});
