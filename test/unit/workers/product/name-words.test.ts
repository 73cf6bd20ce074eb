import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NameOrder } from '../../../../src/workers/product/views/name-order.ts';
import { NameWords } from '../../../../src/workers/product/views/name-words.ts';

const shelf = () => {
  const order = new NameOrder();
  const names = new NameWords();
  const remove = (productId: string): void => {
    const before = order.get(productId);
    if (before) names.remove(before);
    order.remove(productId);
  };
  return {
    remove,
    sell: (productId: string, name: string): void => {
      remove(productId);
      const price = { amount: 1, currency: 'EUR' };
      names.add(order.put({ productId, name, description: '', price }));
    },
    find: (...words: string[]): string[] =>
      names.find(words, order.list()).map(({ product }) => product.productId),
  };
};

describe('the words of names', () => {
  it('find products whose names have every word, whole or begun, the whole ones first', () => {
    const { sell, find } = shelf();
    sell('a', 'Red mugs');
    sell('b', 'Small red mug');
    sell('c', 'A mug, red');
    sell('d', 'Redder mugs');
    sell('e', 'Red lamp');

    expect(find('red', 'mug')).toEqual(['c', 'b', 'a', 'd']);
    expect(find('lamp')).toEqual(['e']);
    expect(find('red', 'chair')).toEqual([]);
    expect(find()).toEqual([]);
  });

  it('take one letter as a word, never as a beginning', () => {
    const { sell, find } = shelf();
    sell('size', 'Shirt s');
    sell('sock', 'Sock');

    expect(find('s')).toEqual(['size']);
    expect(find('shirt', 's')).toEqual(['size']);
    expect(find('so')).toEqual(['sock']);
  });

  it('name a product once that has several words with one beginning', () => {
    const { sell, find } = shelf();
    sell('p', 'Tea teapot teacup tea');

    expect(find('tea')).toEqual(['p']);
    expect(find('te')).toEqual(['p']);
  });

  it('are those of the products that are there, whatever was there before', () => {
    const word = fc.constantFrom('tea', 'teapot', 'red', 're', 'x', '12');
    const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
    const change = fc.tuple(fc.nat(5), fc.option(name, { nil: undefined }));
    fc.assert(
      fc.property(fc.array(change), fc.array(word, { minLength: 1 }), (changes, words) => {
        const [used, fresh] = [shelf(), shelf()];
        const last = new Map<number, string>();
        for (const [id, text] of changes) {
          if (text === undefined) {
            used.remove(`p${id}`);
            last.delete(id);
          } else {
            used.sell(`p${id}`, text);
            last.set(id, text);
          }
        }
        for (const [id, text] of last) fresh.sell(`p${id}`, text);

        expect(used.find(...words)).toEqual(fresh.find(...words));
      }),
    );
  });
});
