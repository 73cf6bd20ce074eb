import { expect, test } from 'vitest';
import { InvalidEvent } from '../../../src/contracts/invalid-event.ts';
import { BusRefused, BusUnavailable, QueryFailed } from '../../../src/infra/pipeline/errors.ts';
import { soon } from '../../support/soon.ts';
import { startGateway } from './support/gateway.ts';

const failures = [
  [new BusUnavailable('publish: no answer from 10.0.0.7'), 503, 'unavailable', '2', 'unanswered'],
  [new BusRefused('maximum bytes exceeded', false), 503, 'refused', '2', 'refused'],
  [new BusRefused('message size exceeds maximum', true), 413, 'too-large', undefined, 'refused'],
  [new InvalidEvent('invalid-data', 'quantity: no'), 422, 'invalid-data', undefined, undefined],
  [new Error('secret address 10.0.0.7'), 500, 'internal', undefined, undefined],
] as const;

test.each(failures)('a publish that fails with %o is answered %i', async (...row) => {
  const [error, status, kind, retryAfter, result] = row;
  const { app, bus, bearer, published, logs } = await startGateway();
  bus.onPublish = () => {
    throw error;
  };

  const answer = await app.inject({
    method: 'DELETE',
    url: '/carts/me/items/mug',
    headers: { ...(await bearer('ann')), 'x-request-id': 'req-77' },
  });

  expect(answer.statusCode).toBe(status);
  expect(answer.json().type).toBe(`/problems/${kind}`);
  expect(answer.headers['retry-after']).toBe(retryAfter);
  expect(answer.body).not.toContain('10.0.0.7');
  expect(published).toEqual(result ? [['cart.remove', result]] : []);
  if (status >= 500) {
    const line = logs.map((log) => JSON.parse(log)).find(({ msg }) => msg === 'request failed');
    expect(line).toMatchObject({ reqId: 'req-77', kind, route: '/carts/me/items/:productId' });
    expect(line.err.message).toBe(error.message);
  }
});

test.each([
  [new BusUnavailable('nobody answers'), 503, 'unavailable', '2'],
  [new QueryFailed('failed', 'stack and bones'), 502, 'query-failed', '2'],
  [
    new QueryFailed('invalid-question', 'product.search: limit: no'),
    400,
    'invalid-request',
    undefined,
  ],
] as const)(
  'a query that fails with %o is answered %i',
  async (error, status, kind, retryAfter) => {
    const { app, bus } = await startGateway();
    bus.answers.set('product.search', () => {
      throw error;
    });

    const answer = await app.inject('/products');

    expect(answer.statusCode).toBe(status);
    expect(answer.json().type).toBe(`/problems/${kind}`);
    expect(answer.headers['retry-after']).toBe(retryAfter);
    expect(answer.body).not.toContain('bones');
  },
);

test.each([
  ['GET', '/products', 'product.search'],
  ['GET', '/products/mug', 'product.get'],
  ['GET', '/users/me', 'user.profile'],
  ['GET', '/carts/me', 'cart.get'],
  ['POST', '/users', undefined],
  ['POST', '/sessions', 'user.log-in'],
  ['DELETE', '/products/mug', undefined],
  ['DELETE', '/carts/me/items/mug', undefined],
] as const)('%s %s is 503 while the bus is away, and nothing is tried', async (...row) => {
  const [method, url] = row;
  const { app, bus, bearer, hashed } = await startGateway({ busPatienceMs: 0 });
  bus.connected = false;
  const payload = {
    username: 'ann',
    password: 'long-enough',
    ...(url === '/users' && { email: 'a@example.org' }),
  };

  const answer = await app.inject({
    method,
    url,
    headers: await bearer('cleo'),
    ...(method === 'POST' && { payload }),
  });

  expect(answer.statusCode).toBe(503);
  expect(answer.json().type).toBe('/problems/unavailable');
  expect(answer.headers['retry-after']).toBe('2');
  expect([...bus.sent, ...bus.asked, ...hashed]).toEqual([]);
});

test('what comes while the connection moves waits for it', async () => {
  const { app, bus, clock } = await startGateway();
  bus.answers.set('product.search', () => ({ total: 0, products: [] }));
  bus.connected = false;

  const answering = app.inject('/products');
  await clock.awaited();
  bus.connected = true;
  clock.turn(100);

  expect((await answering).statusCode).toBe(200);
});

test('and is refused when it does not come back', async () => {
  const { app, bus, clock } = await startGateway();
  bus.connected = false;

  const answering = app.inject('/products/mug');
  await clock.awaited();
  clock.turn(2_000);

  expect((await answering).statusCode).toBe(503);
  expect(bus.asked).toEqual([]);
});

test('only so many wait: the next is refused at once', async () => {
  const { app, bus, clock } = await startGateway();
  bus.connected = false;

  const waiting = Array.from({ length: 256 }, () => app.inject('/products/mug'));
  await soon(() => expect(clock.pending).toBe(256));
  const next = await app.inject('/products/mug');
  clock.turn(2_000);

  expect(next.statusCode).toBe(503);
  expect((await Promise.all(waiting)).map(({ statusCode }) => statusCode)).toEqual(
    Array(256).fill(503),
  );
});

test('what is logged of a failure quotes nothing that the request says of a person', async () => {
  const hashPassword = async (password: string): Promise<string> => {
    const cause = new TypeError(`no hash of ${password} for ann@example.org`);
    throw new RangeError(`cannot register ann-of-cleves: ${password}`, { cause });
  };
  const { app, logs } = await startGateway({ ports: { hashPassword } });
  const payload = { username: 'ann-of-cleves', password: 'long-enough', email: 'ann@example.org' };

  const answer = await app.inject({ method: 'POST', url: '/users', payload });

  expect(answer.statusCode).toBe(500);
  const line = logs.find((log) => log.includes('request failed')) ?? '';
  expect(JSON.parse(line).err).toMatchObject({
    type: 'RangeError',
    message: 'cannot register [redacted]: [redacted]: no hash of [redacted] for [redacted]',
  });
  expect(line).not.toMatch(/ann-of-cleves|long-enough|ann@example/);
});
