import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deadSubject,
  defineStream,
  factSubject,
  placeOf,
  readRetrySubject,
  readSubject,
  requestSubject,
  retryStreamOf,
  retrySubject,
  stateSubject,
  subjectsOf,
} from '../../../src/contracts/streams.ts';
import { anyText } from '../../support/any-text.ts';

const stream = defineStream('cart');

describe('defineStream', () => {
  it('names the stream after the service, with 8 partitions unless told otherwise', () => {
    expect(stream).toEqual({ service: 'cart', name: 'CART', partitions: 8 });
    expect(defineStream('price-list', 3)).toMatchObject({ name: 'PRICE-LIST', partitions: 3 });
  });

  it('refuses a service name that would be something else in a subject', () => {
    for (const name of ['', 'Cart', 'a.b', 'a b', '*', '>', '1cart', '-cart', 'cärt', 'cart\n']) {
      expect(() => defineStream(name), name).toThrow(TypeError);
    }
  });
});

describe('subjects', () => {
  it('say where everything of a key is', () => {
    const place = placeOf(stream, 'u1');

    expect(requestSubject('cart.add', 'u1')).toBe('cart.add.u1');
    expect(factSubject('cart.item-added', stream, place)).toBe(
      `fact.cart.${place.partition}.item-added`,
    );
    expect(stateSubject(stream, place)).toBe(`state.cart.${place.partition}.u1`);
    expect(deadSubject(stream, 3, 'cart.add')).toBe('dead.cart.3.add');
  });

  it('never have more tokens or a wildcard, whatever the key is', () => {
    fc.assert(
      fc.property(anyText(), (key) => {
        const place = placeOf(stream, key);
        expect(requestSubject('cart.add', key)).toMatch(/^cart\.add\.[^\s.*>]+$/);
        expect(stateSubject(stream, place)).toMatch(/^state\.cart\.\d+\.[^\s.*>]+$/);
      }),
    );
  });

  it('file a dead letter of a strange type under unknown', () => {
    for (const type of ['cart.*', 'cart.a.b', 'cart.', 'cart.ADD', 'cart.>', 'x y', 'cart.a\n']) {
      expect(deadSubject(stream, 0, type), type).toBe('dead.cart.0.unknown');
    }
  });

  it('are read back', () => {
    expect(readSubject('in.cart.12.add')).toEqual({ root: 'in', type: 'cart.add', partition: 12 });
    expect(readSubject('fact.cart.0.item-added')).toEqual({
      root: 'fact',
      type: 'cart.item-added',
      partition: 0,
    });
  });

  it('are none of ours when they do not name a partition', () => {
    for (const subject of ['', 'cart.add.u1', 'in.cart.add', 'in.cart.x.add', 'in.cart.-1.add']) {
      expect(readSubject(subject), subject).toBeUndefined();
    }
  });

  it('have one filter a kind', () => {
    expect(subjectsOf(stream)).toEqual({
      published: 'cart.*.*',
      requests: 'in.cart.>',
      facts: 'fact.cart.>',
      states: 'state.cart.>',
      deadLetters: 'dead.cart.>',
      parked: 'parked.cart.>',
      rulings: 'ruling.cart.>',
      repairs: 'repair.cart.>',
    });
  });

  it('say of a retry where its event was published', () => {
    const place = { stream: 'PRODUCT', partition: 3, sequence: 70, storedAt: 5 };
    const retries = retryStreamOf(stream);

    const waiting = retrySubject(retries, 'wait', place);

    expect(retries.name).toBe('CART_RETRY');
    expect(waiting).toBe('retry.cart.wait.PRODUCT.3.70.5');
    expect(readRetrySubject(waiting)).toEqual(place);
    expect(readRetrySubject('in.cart.3.add')).toBeUndefined();
  });
});
