import { expect, test } from 'vitest';
import { startGateway } from './support/gateway.ts';

test('GET /carts/me answers with the cart of the user of the token', async () => {
  const { app, bus, bearer } = await startGateway();
  const cart = { userId: 'id-ann', items: [], pieces: 0, total: null };
  bus.answers.set('cart.get', () => ({ cart }));

  const answer = await app.inject({ url: '/carts/me', headers: await bearer('ann') });

  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual(cart);
  expect(bus.asked).toEqual([{ name: 'cart.get', question: { userId: 'id-ann' } }]);
});

test.each([
  ['POST', '/carts/me/items', { productId: 'mug', quantity: 2 }, 'cart.add', { quantity: 2 }],
  ['PATCH', '/carts/me/items/mug', { quantity: 0 }, 'cart.update', { quantity: 0 }],
  ['DELETE', '/carts/me/items/mug', undefined, 'cart.remove', {}],
] as const)("%s %s publishes an event about the caller's own cart", async (...row) => {
  const [method, url, payload, type, data] = row;
  const { app, bus, bearer } = await startGateway();

  const answer = await app.inject({
    method,
    url,
    headers: await bearer('ann'),
    ...(payload && { payload }),
  });

  expect(answer.statusCode).toBe(202);
  expect(answer.json()).toMatchObject({ type, status: 'accepted' });
  expect(bus.sent[0]?.event.contract.type).toBe(type);
  expect(bus.sent[0]?.event.data).toEqual({ userId: 'id-ann', productId: 'mug', ...data });
});

test.each([
  ['POST', '/carts/me/items', { productId: 'mug', quantity: 1.5 }, 'body', 'quantity'],
  ['POST', '/carts/me/items', { productId: 'mug', quantity: '2' }, 'body', 'quantity'],
  ['POST', '/carts/me/items', { productId: '', quantity: 1 }, 'body', 'productId'],
  ['POST', '/carts/me/items', { productId: 'mug', quantity: 1, userId: 'x' }, 'body', 'userId'],
  ['PATCH', '/carts/me/items/mug', { quantity: null }, 'body', 'quantity'],
  ['PATCH', '/carts/me/items/%20', { quantity: 1 }, 'path', 'productId'],
] as const)('%s %s with %j is refused in the %s: %s', async (...row) => {
  const [method, url, payload, place, field] = row;
  const { app, bus, bearer } = await startGateway();

  const answer = await app.inject({ method, url, headers: await bearer('ann'), payload });

  expect(answer.statusCode).toBe(400);
  expect(answer.json().errors).toEqual([expect.objectContaining({ in: place, field })]);
  expect(bus.sent).toEqual([]);
});
