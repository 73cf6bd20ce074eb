import { expect, test } from 'vitest';
import { CartItemAdded } from '../../../src/contracts/cart/cart-item-added.ts';
import { cartStream } from '../../../src/contracts/cart/stream.ts';
import { UserRegistered } from '../../../src/contracts/user/user-registered.ts';
import { FollowedOutcomes } from '../../../src/gateway/outcomes/followed-outcomes.ts';
import { mayBeRepeated } from '../../../src/gateway/publishing/idempotency-key.ts';
import { startGateway, type TestGateway } from './support/gateway.ts';

const item = { productId: 'mug', quantity: 2 };
const added = (userId: string) =>
  CartItemAdded({ userId, ...item, total: 2, price: { amount: 1, currency: 'EUR' } });

const add = async (
  { app, bearer }: TestGateway,
  { name = 'ann', payload = item, ...headers }: Record<string, unknown>,
) =>
  app.inject({
    method: 'POST',
    url: '/carts/me/items',
    headers: { ...(await bearer(String(name))), ...(headers as Record<string, string>) },
    payload: payload as object,
  });

test('a repeated request publishes under the same id and gets the same answer', async () => {
  const gateway = await startGateway();

  const first = await add(gateway, { 'idempotency-key': 'k1' });
  const second = await add(gateway, { 'idempotency-key': 'k1' });

  expect(second.statusCode).toBe(202);
  expect(second.json()).toEqual(first.json());
  expect(gateway.bus.sent).toHaveLength(1);
  expect(gateway.published.map(([, result]) => result)).toEqual(['accepted', 'duplicate']);
});

test('the id is the same on another replica and after a restart', async () => {
  const one = await startGateway();
  const other = await startGateway();

  const first = await add(one, { 'idempotency-key': 'k1' });
  const second = await add(other, { 'idempotency-key': 'k1' });

  expect(second.json().id).toBe(first.json().id);
  expect(first.json().id).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
});

test('without a key every request is one of its own', async () => {
  const gateway = await startGateway();

  const first = await add(gateway, {});
  const second = await add(gateway, {});

  expect(second.json().id).not.toBe(first.json().id);
  expect(gateway.bus.sent).toHaveLength(2);
});

test('the same key of another user, on another path or with another method is another request', async () => {
  const { app, bearer } = await startGateway();
  const key = { 'idempotency-key': 'k1' };
  const ids = new Set<string>();
  for (const name of ['cleo', 'cleopatra']) {
    for (const id of ['a', 'b']) {
      for (const method of ['PATCH', 'DELETE'] as const) {
        const answer = await app.inject({
          method,
          url: `/carts/me/items/${id}`,
          headers: { ...(await bearer(name)), ...key },
          ...(method === 'PATCH' && { payload: { quantity: 1 } }),
        });
        ids.add(answer.json().id);
      }
    }
  }

  expect(ids.size).toBe(8);
});

test('strangers who register with the same key do not meet, and learn nothing of each other', async () => {
  const { app, bus } = await startGateway();
  bus.onPublish = ({ envelope, event }) => {
    const { username, email } = event.data as { username: string; email: string };
    bus.fact(envelope, UserRegistered({ userId: `id-${username}`, username, email }));
  };
  const register = (username: string, remoteAddress: string) =>
    app.inject({
      method: 'POST',
      url: '/users',
      remoteAddress,
      headers: { 'idempotency-key': '1', prefer: 'wait=5' },
      payload: { username, password: 'long-enough', email: `${username}@example.org` },
    });

  const ann = await register('ann', '10.0.0.1');
  const bob = await register('bob', '10.0.0.2');

  expect([ann.statusCode, bob.statusCode]).toEqual([201, 201]);
  expect(bob.json().fact.data.username).toBe('bob');
  expect(bob.json().id).not.toBe(ann.json().id);
});

test.each([
  ['another quantity', { productId: 'mug', quantity: 3 }],
  ['another product', { productId: 'jug', quantity: 2 }],
])('the same key with %s is 422 and names the header', async (_what, payload) => {
  const gateway = await startGateway();

  await add(gateway, { 'idempotency-key': 'k1' });
  const answer = await add(gateway, { 'idempotency-key': 'k1', payload });

  expect(answer.statusCode).toBe(422);
  expect(answer.json()).toMatchObject({
    type: '/problems/idempotency-key-reused',
    errors: [{ in: 'header', field: 'idempotency-key' }],
  });
  expect(gateway.bus.sent).toHaveLength(1);
});

test('the same body with its fields in another order is the same request', async () => {
  const gateway = await startGateway();

  const first = await add(gateway, { 'idempotency-key': 'k1' });
  const again = await add(gateway, {
    'idempotency-key': 'k1',
    payload: { quantity: 2, productId: 'mug' },
  });

  expect(again.json()).toEqual(first.json());
});

test.each([
  ['an empty key', ''],
  ['a key of 256 characters', 'x'.repeat(256)],
  ['a key that is not ASCII', 'sch\u00fc'],
])('%s is 400 and names the header', async (_what, key) => {
  const gateway = await startGateway();

  const answer = await add(gateway, { 'idempotency-key': key });

  expect(answer.statusCode).toBe(400);
  expect(answer.json().errors).toEqual([
    expect.objectContaining({ in: 'header', field: 'idempotency-key' }),
  ]);
  expect(gateway.bus.sent).toEqual([]);
});

test('a repeated request that waits gets the outcome of the first one from memory', async () => {
  const gateway = await startGateway();
  const { bus } = gateway;
  await add(gateway, { 'idempotency-key': 'k1' });
  const [sent] = bus.sent;
  if (sent) bus.fact(sent.envelope, added('id-ann'));
  bus.stored.length = 0;

  const answer = await add(gateway, { 'idempotency-key': 'k1', prefer: 'wait=5' });

  expect(answer.statusCode).toBe(201);
  expect(answer.json().id).toBe(sent?.envelope.id);
});

test('a repeated request looks back in the stream for an outcome that is not in memory', async () => {
  const before = await startGateway();
  await add(before, { 'idempotency-key': 'k1' });
  const [sent] = before.bus.sent;
  const gateway = await startGateway();
  const { bus } = gateway;
  if (!sent) throw new Error('nothing was sent');
  bus.sent.push(sent);
  const live = [...bus.followings];
  bus.followings.clear();
  bus.fact({ ...sent.envelope, id: 'other' }, added('id-ann'));
  bus.fact(sent.envelope, added('id-ann'));
  for (const following of live) bus.followings.add(following);

  const answer = await add(gateway, { 'idempotency-key': 'k1', prefer: 'wait=5' });

  expect(answer.statusCode).toBe(201);
  expect(gateway.published).toEqual([['cart.add', 'duplicate']]);
  expect([...bus.followings].map(({ from }) => from)).toEqual(['new', 'new', 'new']);
});

test('looking back begins where the stream has the first event', async () => {
  const gateway = await startGateway();
  const { bus, clock } = gateway;
  await add(gateway, {});
  await add(gateway, { 'idempotency-key': 'k1' });
  const begun: unknown[] = [];
  const follow = bus.follow.bind(bus);
  bus.follow = (following) => {
    begun.push([following.stream.name, following.from, following.filters]);
    return follow(following);
  };

  const waiting = add(gateway, { 'idempotency-key': 'k1', prefer: 'wait=1' });
  await clock.awaited();
  clock.turn(1000);

  expect((await waiting).statusCode).toBe(202);
  expect(begun).toEqual([['CART', 2, ['fact.cart.>', 'dead.cart.>']]]);
});

test('only so many requests look back at a time', async () => {
  const gateway = await startGateway();
  const { bus, clock } = gateway;
  let open = 0;
  const stuck = {
    follow: () => {
      open++;
      return { caughtUp: new Promise<void>(() => {}), stop: async () => void open-- };
    },
  };
  const outcomes = FollowedOutcomes.follow({
    bus: stuck,
    streams: [],
    clock,
    mayBeRepeated,
    lookingBack: 2,
  });

  const expectations = ['a', 'b', 'c'].map((id) => outcomes.expect(id));
  for (const expectation of expectations) expectation.lookBack(cartStream, 1);
  const most = open;
  for (const expectation of expectations) expectation[Symbol.dispose]();

  expect(most).toBe(2);
  expect(open).toBe(0);
  expect(bus.followings.size).toBe(3);
});

test('a trace context that is valid is carried through; any other is left out', async () => {
  const gateway = await startGateway();
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  await add(gateway, { traceparent, tracestate: 'vendor=abc, t@s=1' });
  await add(gateway, { traceparent, tracestate: 'no state' });
  await add(gateway, { traceparent: traceparent.toUpperCase(), tracestate: 'a=b' });
  await add(gateway, { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` });

  const carried = gateway.bus.sent.map(({ envelope }) => [
    envelope.traceparent,
    envelope.tracestate,
  ]);
  expect(carried).toEqual([
    [traceparent, 'vendor=abc, t@s=1'],
    [traceparent, undefined],
    [undefined, undefined],
    [undefined, undefined],
  ]);
});
