import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../../src/gateway/start-gateway.ts';
import { MemoryBus } from '../../../src/infra/memory/memory-bus.ts';
import { Metrics } from '../../../src/infra/observability/metrics.ts';
import type { Running } from '../../../src/infra/runtime/running.ts';
import { startService } from '../../../src/infra/runtime/start-service.ts';
import { systemClock } from '../../../src/infra/runtime/system-clock.ts';
import { provideCart } from '../../../src/workers/cart/composition.ts';
import { cart } from '../../../src/workers/cart/service.ts';
import { product } from '../../../src/workers/product/service.ts';
import { provideUser } from '../../../src/workers/user/composition.ts';
import { user } from '../../../src/workers/user/service.ts';
import { newKeyPem } from './support/gateway.ts';

const startShop = async () => {
  const bus = new MemoryBus({ clock: systemClock });
  const common = { bus, logger: pino({ level: 'silent' }), clock: systemClock };
  const environment = {
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: 0,
    CATALOGUE_USERS: ['cleo'],
    RATE_LIMIT_PER_MINUTE: 1000,
    DRAIN_TIMEOUT_MS: 5000,
    CONCURRENCY: 16,
    PREFETCH: 32,
    HANDLER_TIMEOUT_MS: 5000,
    ACK_WAIT_MS: 5000,
  };
  const metrics = new Metrics('gateway');
  const gateway = await startGateway({ ...common, environment, keyPem: newKeyPem(), metrics });
  const services: Running[] = [];
  for (const [service, provide] of [[user, provideUser], [product], [cart, provideCart]] as const) {
    const parts = { ...common, environment, metrics: new Metrics(service.name), provide };
    services.push(await startService(service, parts));
  }
  onTestFinished(async () => {
    await gateway.stop();
    for (const service of services) await service.stop();
    await bus[Symbol.asyncDispose]();
  });
  let authorization = '';
  const send = async (method: string, path: string, body?: object, more = {}) => {
    const response = await fetch(`${gateway.url}${path}`, {
      method,
      headers: {
        prefer: 'wait=20',
        ...(authorization && { authorization }),
        ...(body && { 'content-type': 'application/json' }),
        ...more,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const logIn = async (username: string) => {
    const { body } = await send('POST', '/sessions', { username, password: 'long-enough' });
    authorization = `Bearer ${body['token']}`;
  };
  return { gateway, metrics, send, logIn };
};

const person = (username: string) => ({
  username,
  password: 'long-enough',
  email: `${username}@example.org`,
});
const mug = { productId: 'mug', name: 'Mug', price: { amount: 950, currency: 'EUR' } };

test('a whole shop on the bus in memory answers every route with its outcome', async () => {
  const { gateway, metrics, send, logIn } = await startShop();
  const statusOf = async (...request: Parameters<typeof send>) => (await send(...request)).status;

  expect(gateway.notReady()).toEqual([]);

  expect(await statusOf('POST', '/users', person('Cleo'))).toBe(201);
  expect(await statusOf('POST', '/users', person('cleo'))).toBe(409);
  const wrong = { username: 'cleo', password: 'wrong-password' };
  expect(await statusOf('POST', '/sessions', wrong)).toBe(401);
  await logIn('CLEO');
  expect((await send('GET', '/users/me')).body).toMatchObject({ username: 'Cleo' });

  const once = { 'idempotency-key': 'mug-1' };
  expect(await statusOf('POST', '/products', mug, once)).toBe(201);
  expect(await statusOf('POST', '/products', mug, once)).toBe(201);
  expect(await statusOf('POST', '/products', mug)).toBe(409);
  expect(await statusOf('PATCH', '/products/mug', { name: 'Red mug' })).toBe(200);
  expect(await statusOf('PATCH', '/products/jug', { name: 'Jug' })).toBe(404);
  expect((await send('GET', '/products/mug')).body).toMatchObject({ name: 'Red mug' });
  expect(await statusOf('GET', '/products/jug')).toBe(404);
  expect((await send('GET', '/products?search=mu')).body).toMatchObject({ total: 1 });

  const item = { productId: 'mug', quantity: 2 };
  expect(await statusOf('POST', '/carts/me/items', item)).toBe(201);
  expect(await statusOf('POST', '/carts/me/items', { ...item, productId: 'jug' })).toBe(422);
  expect(await statusOf('POST', '/carts/me/items', { ...item, quantity: -1 })).toBe(422);
  expect(await statusOf('PATCH', '/carts/me/items/mug', { quantity: 3 })).toBe(200);
  expect(await statusOf('PATCH', '/carts/me/items/jug', { quantity: 3 })).toBe(404);
  expect((await send('GET', '/carts/me')).body).toMatchObject({
    pieces: 3,
    total: { amount: 2850, currency: 'EUR' },
  });
  expect(await statusOf('DELETE', '/carts/me/items/mug')).toBe(200);
  expect(await statusOf('DELETE', '/carts/me/items/mug')).toBe(404);
  expect(await statusOf('DELETE', '/products/mug')).toBe(200);

  const { body: exposition } = await metrics.expose();
  expect(exposition).toMatch(
    /millrace_published_events_total\{.*type="product.add",outcome="duplicate".*\} 1/,
  );
  expect(exposition).toMatch(/millrace_http_request_seconds_count\{.*route="\/products\/:id"/);
});
