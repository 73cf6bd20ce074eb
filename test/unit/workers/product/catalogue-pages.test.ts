import { beforeEach, describe, expect, it } from 'vitest';
import type { Product } from '../../../../src/contracts/product/fields.ts';
import { ProductSearch } from '../../../../src/contracts/product/queries.ts';
import { SearchProducts } from '../../../../src/workers/product/queries/search-products.ts';
import { MiniSearchCatalogue } from '../../../../src/workers/product/views/mini-search-catalogue.ts';

let catalogue: MiniSearchCatalogue;

beforeEach(() => {
  catalogue = new MiniSearchCatalogue();
});

const sell = (productId: string, name: string, more: Partial<Product> = {}): void => {
  const price = { amount: 100, currency: 'EUR' };
  catalogue.apply(productId, { product: { productId, name, description: '', price, ...more } });
};

/** Asks as the service does, defaults and all, and holds the answer against the contract. */
const ask = (question: Record<string, unknown>) =>
  ProductSearch.answer.parse(
    new SearchProducts(catalogue).answer(ProductSearch.question.parse(question)),
  );

const find = (text: string, more: Record<string, unknown> = {}): string[] =>
  ask({ text, ...more }).products.map(({ productId }) => productId);

describe('listing without text', () => {
  it('lists everything by name, whatever its case and accents, then by id', () => {
    sell('4', 'zebra');
    sell('3', 'Éclair');
    sell('2', 'apple');
    sell('1', 'Apple');
    sell('5', 'Eclair, large');

    expect(find('')).toEqual(['1', '2', '3', '5', '4']);
    expect(find('   ')).toEqual(find(''));
  });

  it('is empty when nothing is sold', () => {
    expect(ask({})).toEqual({ total: 0, products: [] });
  });
});

describe('filters and pages', () => {
  beforeEach(() => {
    for (let number = 1; number <= 30; number++) {
      sell(`p${number}`, `Tea ${String(number).padStart(2, '0')}`, {
        price: { amount: number * 100, currency: number % 3 === 0 ? 'USD' : 'EUR' },
      });
    }
  });

  it.each(['', 'tea'])('filters by price, both bounds included (text "%s")', (text) => {
    expect(find(text, { minPrice: 500, maxPrice: 700 })).toEqual(['p5', 'p6', 'p7']);
    expect(ask({ text, minPrice: 2500 }).total).toBe(6);
    expect(ask({ text, maxPrice: 0 }).total).toBe(0);
    expect(ask({ text, minPrice: 700, maxPrice: 500 }).total).toBe(0);
  });

  it.each(['', 'tea'])('leaves other currencies out when one is given (text "%s")', (text) => {
    expect(ask({ text, currency: 'USD' }).total).toBe(10);
    expect(find(text, { currency: 'EUR', minPrice: 500, maxPrice: 700 })).toEqual(['p5', 'p7']);
    expect(ask({ text, currency: 'JPY' }).total).toBe(0);
  });

  it.each(['', 'tea'])(
    'gives every product once over all pages, and the total on each (text "%s")',
    (text) => {
      const pages = [0, 12, 24, 36].map((offset) => ask({ text, offset, limit: 12 }));

      expect(pages.map(({ total }) => total)).toEqual([30, 30, 30, 30]);
      expect(pages.map(({ products }) => products.length)).toEqual([12, 12, 6, 0]);
      expect(
        new Set(pages.flatMap(({ products }) => products.map((it) => it.productId))).size,
      ).toBe(30);
    },
  );
});

describe('following changes', () => {
  it('finds an updated product by its new words only', () => {
    sell('p', 'Oat milk', { description: 'creamy' });
    sell('p', 'Soy drink', { price: { amount: 250, currency: 'EUR' } });

    expect(find('oat')).toEqual([]);
    expect(find('creamy')).toEqual([]);
    expect(ask({ text: 'soy' }).products[0]?.price.amount).toBe(250);
    expect(find('')).toEqual(['p']);
  });

  it('forgets a removed product, and finds it when it is sold again', () => {
    sell('p', 'Oat milk');
    catalogue.apply('p', { product: null });

    expect(find('oat')).toEqual([]);
    expect(find('')).toEqual([]);

    sell('p', 'Oat milk');
    expect(find('oat')).toEqual(['p']);
    expect(ask({}).total).toBe(1);
  });

  it('takes a removal of what it never had, and the same state twice', () => {
    catalogue.apply('ghost', { product: null });
    sell('p', 'Oat milk');
    sell('p', 'Oat milk');

    expect(ask({ text: 'oat' }).total).toBe(1);
  });

  it('answers the same whatever way a catalogue came about', () => {
    const straight = new MiniSearchCatalogue();
    for (let number = 0; number < 200; number++) {
      sell(`p${number}`, `Old name ${number}`, { description: 'to be replaced' });
    }
    for (let number = 199; number >= 0; number--) {
      if (number % 4 === 0) catalogue.apply(`p${number}`, { product: null });
      else sell(`p${number}`, `Tea ${number % 7} green`, { description: `leaves ${number}` });
    }
    for (let number = 0; number < 200; number++) {
      if (number % 4 === 0) continue;
      const product = {
        productId: `p${number}`,
        name: `Tea ${number % 7} green`,
        description: `leaves ${number}`,
        price: { amount: 100, currency: 'EUR' },
      };
      straight.apply(product.productId, { product });
    }

    for (const text of ['', 'tea', 'green 3', 'gren', 'leaves 101', 'old']) {
      const question = ProductSearch.question.parse({ text, limit: 100 });
      expect(catalogue.search(question)).toEqual(straight.search(question));
    }
  });
});

describe('a catalogue of 20,000 products', () => {
  const colours = ['red', 'blue', 'green', 'black'];

  beforeEach(() => {
    for (let number = 0; number < 20_000; number++) {
      sell(`p${number}`, `Box ${number} ${colours[number % 4]}`, { description: 'for the home' });
    }
    sell('lamp', 'Red lamp', { description: 'for the home' });
  });

  it('answers by a rare word, a common one, both, and none', () => {
    expect(find('lamp')).toEqual(['lamp']);
    expect(ask({ text: 'home' }).total).toBe(20_001);
    expect(find('box 1234')[0]).toBe('p1234');
    expect(ask({}).total).toBe(20_001);
    expect(find('', { offset: 10_000, limit: 1 })).toHaveLength(1);
  });

  it('finds what all names have in the order of their names, also while it is being typed', () => {
    expect(ask({ text: 'box blue' }).total).toBe(5_000);
    expect(find('bo blu', { limit: 3 })).toEqual(find('box blue', { limit: 3 }));
    expect(find('box red', { limit: 2 })).toEqual(['p0', 'p100']);
    expect(ask({ text: 'b' }).total).toBe(0);
  });

  it('looks a word up again once it has become rare', () => {
    for (let number = 0; number < 20_000; number++)
      catalogue.apply(`p${number}`, { product: null });
    sell('other', 'Box');

    expect(find('red box').sort()).toEqual(['lamp', 'other']);
  });

  it('counts every word, also those too common to be looked up', () => {
    expect(ask({ text: 'red box' }).total).toBe(5_000);
    expect(ask({ text: 'red home' }).total).toBe(5_001);
    expect(find('lamp for the home')[0]).toBe('lamp');
    expect(find('the red lamp')[0]).toBe('lamp');
  });
});
