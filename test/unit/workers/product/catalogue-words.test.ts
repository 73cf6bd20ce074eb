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

describe('finding by words', () => {
  it('finds a word in names and in descriptions', () => {
    sell('milk', 'Oat milk');
    sell('granola', 'Granola', { description: 'Goes well with milk.' });
    sell('bread', 'Rye bread');

    expect(find('milk').sort()).toEqual(['granola', 'milk']);
  });

  it('finds words by their beginnings', () => {
    sell('espresso', 'Espresso beans');
    sell('bread', 'Rye bread');

    expect(find('espr')).toEqual(['espresso']);
    expect(find('espr be')).toEqual(['espresso']);
  });

  it('does not take a single letter for a beginning', () => {
    sell('espresso', 'Espresso beans');
    sell('e', 'Vitamin E');

    expect(find('e')).toEqual(['e']);
  });

  it.each(['choclate', 'chcoolate', 'chocolat', 'chocolatte', 'schocolate'])(
    'finds chocolate as %s',
    (typed) => {
      sell('chocolate', 'Dark chocolate');
      sell('bread', 'Rye bread');

      expect(find(typed)).toEqual(['chocolate']);
    },
  );

  it('forgives one error in a word of four letters and none in a shorter one', () => {
    sell('milk', 'Milk');
    sell('tea', 'Tea');

    expect(find('mlik')).toEqual([]);
    expect(find('milc')).toEqual(['milk']);
    expect(find('tee')).toEqual([]);
  });

  it('takes numbers as they are', () => {
    sell('bulb', 'Bulb 1100 lumen');

    expect(find('1200')).toEqual([]);
    expect(find('1100')).toEqual(['bulb']);
  });

  it.each([
    ['cafe', 'Café au lait'],
    ['CAFÉ', 'cafe noir'],
    ['cafe\u0301', 'Café au lait'],
    ['strasse', 'Straße'],
    ['ΚΑΦΕΣ', 'καφές'],
    ['咖啡', '咖啡豆'],
    ['हिंदी', 'हिंदी किताब'],
  ])('finds by %s what is called %s', (typed, name) => {
    sell('found', name);
    sell('other', 'Rye bread');

    expect(find(typed)).toEqual(['found']);
  });

  it('finds nothing for signs without a word', () => {
    sell('bread', 'Rye bread');

    expect(ask({ text: '!?* --' })).toEqual({ total: 0, products: [] });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'takes %s for words',
    (text) => {
      sell(text, `A ${text} thing`);

      expect(find(text)).toEqual([text]);
      catalogue.apply(text, { product: null });
      expect(find(text)).toEqual([]);
    },
  );
});

describe('ranking', () => {
  it('puts a word of the name before the same word in a description', () => {
    sell('mug', 'Mug', { description: 'coffee coffee coffee coffee, all the coffee you can hold' });
    sell('beans', 'Very large tin of freshly roasted coffee beans for many cold mornings');

    expect(find('coffee')).toEqual(['beans', 'mug']);
  });

  it('does so even when most names have the word and hardly a description', () => {
    for (let number = 10; number < 60; number++) sell(`c${number}`, `Coffee number ${number}`);
    sell('mug', 'Mug', { description: 'For coffee' });

    expect(find('coffee', { limit: 100 }).indexOf('mug')).toBe(50);
  });

  it('puts the word itself before words that begin with it', () => {
    for (let number = 10; number < 30; number++) sell(`t${number}`, `Tea number ${number}`);
    sell('teak', 'Teak table');

    expect(find('tea', { limit: 100 }).at(-1)).toBe('teak');
  });

  it('puts products with every word before those with some', () => {
    sell('red', 'Red shirt');
    sell('shoes', 'Blue shoes');
    sell('both', 'Shoes, very light and very comfortable, in red');

    expect(find('red shoes')[0]).toBe('both');
    expect(find('red shoes').sort()).toEqual(['both', 'red', 'shoes']);
  });

  it('leaves out what has only some of the words when enough has all of them', () => {
    for (let number = 1; number <= 5; number++) sell(`both${number}`, `Red shoes ${number}`);
    sell('red', 'Red shirt');

    expect(find('red shoes')).not.toContain('red');
  });

  it('takes words for typing errors only when too little is spelled like that', () => {
    for (let number = 1; number <= 5; number++) sell(`coffee${number}`, `Coffee ${number}`);
    sell('toffee', 'Toffee');

    expect(find('coffee')).not.toContain('toffee');
    catalogue.apply('coffee1', { product: null });
    expect(find('coffee').at(-1)).toBe('toffee');
  });

  it('orders what fits equally well by name, then by id, in whatever order it came', () => {
    sell('b2', 'Tea box B');
    sell('b1', 'Tea box B');
    sell('a', 'Tea box A');

    expect(find('tea')).toEqual(['a', 'b1', 'b2']);
  });
});
