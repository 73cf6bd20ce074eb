import { beforeAll, describe, expect, it } from 'vitest';
import type { Product } from '../../../../src/contracts/product/fields.ts';
import { ProductSearch } from '../../../../src/contracts/product/queries.ts';
import { MiniSearchCatalogue } from '../../../../src/workers/product/views/mini-search-catalogue.ts';

const catalogue = new MiniSearchCatalogue();

const sell = (productId: string, name: string, more: Partial<Product> = {}): void => {
  const price = { amount: 100, currency: 'EUR' };
  catalogue.apply(productId, { product: { productId, name, description: '', price, ...more } });
};

const ask = (question: Record<string, unknown>) =>
  catalogue.search(ProductSearch.question.parse(question));

const find = (text: string, more: Record<string, unknown> = {}): string[] =>
  ask({ text, ...more }).products.map(({ productId }) => productId);

const many = 2_500;

beforeAll(() => {
  for (let number = 0; number < many; number++) {
    const four = String(number).padStart(4, '0');
    sell(`pot${four}`, `Teapot ${four}`, { description: 'made of steel' });
    sell(`cup${four}`, `Teacup ${four}`, { price: { amount: number, currency: 'EUR' } });
  }
  sell('long', 'A most pleasant tea for cold winter evenings');
  sell('zen', 'Zen tea');
  sell('mug', 'Mug', { description: 'to drink tea from' });
});

describe('a beginning that very many products have', () => {
  it('puts first who has it as a word, ranked, then names in their order, then descriptions', () => {
    expect(ask({ text: 'tea' }).total).toBe(2 * many + 3);
    expect(find('tea', { limit: 4 })).toEqual(['zen', 'long', 'cup0000', 'cup0001']);
    expect(find('tea', { offset: many + 2, limit: 1 })).toEqual(['pot0000']);
    expect(find('tea', { offset: 2 * many + 2 })).toEqual(['mug']);
  });

  it('is looked for in what a rarer word finds', () => {
    expect(find('tea 0042')).toEqual(['cup0042', 'pot0042']);
    expect(find('winter te')).toEqual(['long']);
  });
});

describe('words that very many products have, but hardly a name together', () => {
  it('are found wherever they are, in the order of names', () => {
    expect(ask({ text: 'steel teap' }).total).toBe(many);
    expect(find('steel teap', { offset: 7, limit: 2 })).toEqual(['pot0007', 'pot0008']);
    expect(ask({ text: 'ste' }).total).toBe(many);
  });

  it('are looked for one by one when nothing has all of them', () => {
    expect(find('teacup steel', { limit: 1 })).toEqual(['cup0000']);
  });
});

describe('a typing error in a word that very many products have', () => {
  it('finds them as the word itself does', () => {
    expect(ask({ text: 'teapott', limit: 50 })).toEqual(ask({ text: 'teapot', limit: 50 }));
    expect(ask({ text: 'steell', limit: 50 })).toEqual(ask({ text: 'steel', limit: 50 }));
  });

  it('is forgiven beside a rare word, and beside one that nothing has', () => {
    expect(find('teapott 0042')[0]).toBe('pot0042');
    expect(ask({ text: 'teapott qxwjk' }).total).toBe(many);
  });
});

describe('prices in a long list', () => {
  it('are those of the moment, page by page', () => {
    const cheap = { minPrice: 40, maxPrice: 49 };
    expect(ask({ ...cheap, offset: 8 }).total).toBe(10);
    expect(find('', { ...cheap, offset: 8 })).toEqual(['cup0048', 'cup0049']);
    expect(find('', { ...cheap, currency: 'USD' })).toEqual([]);

    sell('dear', 'Azure cup', { price: { amount: 45, currency: 'USD' } });
    expect(find('', { ...cheap, limit: 2 })).toEqual(['dear', 'cup0040']);
    expect(find('', { ...cheap, currency: 'USD' })).toEqual(['dear']);
    catalogue.apply('dear', { product: null });
    expect(find('', { ...cheap, limit: 1 })).toEqual(['cup0040']);
  });
});
