import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProductAdd } from '../../../src/contracts/product/product-add.ts';
import { readData } from '../../../src/contracts/read-data.ts';

const old = { productId: 'p1', name: 'Milk', description: 'whole', price: 9.99 };

describe('product.add', () => {
  it('reads version 1, in which the price was a number of euros', () => {
    expect(readData(ProductAdd, old, 1)).toEqual({
      version: 1,
      data: {
        productId: 'p1',
        name: 'Milk',
        description: 'whole',
        price: { amount: 999, currency: 'EUR' },
      },
    });
  });

  it('knows version 1 by its looks when nobody states it', () => {
    expect(readData(ProductAdd, old, undefined).version).toBe(1);
    const now = { ...old, price: { amount: 999, currency: 'EUR' } };
    expect(readData(ProductAdd, now, undefined).version).toBe(2);
  });

  it('has an empty description in either version when none is given', () => {
    const { description: _, ...without } = old;

    expect(readData(ProductAdd, without, 1).data.description).toBe('');
    const now = { ...without, price: { amount: 1, currency: 'EUR' } };
    expect(readData(ProductAdd, now, 2).data.description).toBe('');
  });

  it('does not lose a cent to binary floating point', () => {
    const cents = (price: number): number =>
      readData(ProductAdd, { ...old, price }, 1).data.price.amount;

    expect(cents(19.99)).toBe(1999);
    expect(cents(0.29)).toBe(29);
    expect(cents(1.1)).toBe(110);
    expect(cents(4.35)).toBe(435);
    expect(cents(0.1 + 0.2)).toBe(30);
    expect(cents(9.994)).toBe(999);
    expect(cents(9.996)).toBe(1000);
    expect(cents(0)).toBe(0);
  });

  it('gives back every whole number of cents up to the highest price', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 90_000_000 }), (amount) => {
        const { data } = readData(ProductAdd, { ...old, price: amount / 100 }, 1);
        expect(data.price).toEqual({ amount, currency: 'EUR' });
      }),
    );
  });

  it('refuses prices that are none, in either version', () => {
    for (const price of [-1, Number.NaN, Number.POSITIVE_INFINITY, 1e12, '9.99', null]) {
      expect(() => readData(ProductAdd, { ...old, price }, 1)).toThrow('price');
    }
    for (const amount of [-1, 9.5, '1', 40_000_000_001]) {
      const price = { amount, currency: 'EUR' };
      expect(() => readData(ProductAdd, { ...old, price }, 2)).toThrow('price.amount');
    }
  });
});
