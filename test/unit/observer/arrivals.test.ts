import { expect, it } from 'vitest';
import { Arrivals } from '../../../src/observer/arrivals.ts';

const looked = (...counts: readonly (number | undefined)[]): Arrivals => {
  const arrivals = new Arrivals();
  counts.forEach((stored, index) => {
    const consumers = stored === undefined ? [] : [{ consumer: 'cart-0', service: 'cart', stored }];
    arrivals.note({ elapsedMs: 5_000 * index, consumers });
  });
  return arrivals;
};

it('knows nothing before it has looked twice', () => {
  expect(looked().perSecond('cart')).toBeUndefined();
  expect(looked(700).perSecond('cart')).toBeUndefined();
});

it('is the mean over the looks of half a minute', () => {
  expect(looked(0, 50, 100).perSecond('cart')).toBe(10);
  expect(looked(0, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_300).perSecond('cart')).toBe(10);
});

it('leaves out the time in which something was removed', () => {
  expect(looked(1_000, 1_100, 100, 200).perSecond('cart')).toBe(20);
  expect(looked(0, 50, 100, 20, 70, 120, 170).perSecond('cart')).toBe(10);
  expect(looked(1_000, 100).perSecond('cart')).toBeUndefined();
});

it('counts no service as having got what was there before it was seen', () => {
  expect(looked(undefined, 4_000, 4_100).perSecond('cart')).toBe(10);
  expect(looked(10, 20).perSecond('user')).toBe(0);
});

it('adds up what came for each consumer of a service, and for no other', () => {
  const arrivals = new Arrivals();
  const look = (own: number, same: number, other: number) => [
    { consumer: 'cart-0', service: 'cart', stored: own },
    { consumer: 'cart-1', service: 'cart', stored: same },
    { consumer: 'product-0', service: 'product', stored: other },
  ];
  arrivals.note({ elapsedMs: 0, consumers: look(0, 10, 0) });
  arrivals.note({ elapsedMs: 10_000, consumers: look(30, 30, 500) });

  expect(arrivals.perSecond('cart')).toBe(5);
});
