import { expect, it } from 'vitest';
import { CartAdd } from '../../../src/contracts/cart/cart-add.ts';
import { CartItemAdded } from '../../../src/contracts/cart/cart-item-added.ts';
import { cartStream } from '../../../src/contracts/cart/stream.ts';
import { InvalidEvent } from '../../../src/contracts/invalid-event.ts';
import { placeOf } from '../../../src/contracts/streams.ts';
import { encodeEvent } from '../../../src/infra/pipeline/encode.ts';

const envelope = {
  id: 'e1',
  type: 'whatever',
  version: 99,
  source: '/test',
  time: '2026-01-02T03:04:05Z',
  correlationId: 'c',
};

it('makes the message of a request: subject, headers, JSON', () => {
  const message = encodeEvent(CartAdd({ userId: 'u1', productId: 'p1', quantity: 2 }), envelope);

  expect(message.subject).toBe('cart.add.u1');
  expect(JSON.parse(String(message.body))).toEqual({
    userId: 'u1',
    productId: 'p1',
    quantity: 2,
  });
  expect(message.headers).toMatchObject({ 'ce-id': 'e1', 'ce-source': '/test' });
});

it('says the type and version of the contract, whatever the envelope says', () => {
  const { headers } = encodeEvent(CartAdd({ userId: 'u', productId: 'p', quantity: 1 }), envelope);

  expect(headers).toMatchObject({ 'ce-type': 'cart.add', 'ce-dataversion': '1' });
});

it('puts a fact where facts are stored', () => {
  const event = CartItemAdded({
    userId: 'u 1',
    productId: 'p1',
    quantity: 1,
    total: 1,
    price: { amount: 1, currency: 'EUR' },
  });

  const { partition } = placeOf(cartStream, 'u 1');
  expect(encodeEvent(event, envelope).subject).toBe(`fact.cart.${partition}.item-added`);
});

it('does not send what the contract does not know', () => {
  const data = { userId: 'u', productId: 'p', quantity: 1, password: 'hunter2' };

  expect(encodeEvent(CartAdd(data), envelope).body).not.toContain('hunter2');
});

it('refuses what breaks the contract', () => {
  const event = CartAdd({ userId: '', productId: 'p', quantity: 1 });

  expect(() => encodeEvent(event, envelope)).toThrow(InvalidEvent);
  expect(() => encodeEvent(event, envelope)).toThrow('userId');
});
