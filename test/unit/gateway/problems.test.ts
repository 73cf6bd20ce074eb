import { expect, test } from 'vitest';
import { startGateway } from './support/gateway.ts';

const json = { 'content-type': 'application/json' };

test.each([
  ['an unknown path', { url: '/nothing' }, 404, 'not-found'],
  ['an unknown path below a known one', { url: '/products/a/b' }, 404, 'not-found'],
  ['a broken path', { url: '/products/%ZZ' }, 400, 'malformed-request'],
  ['a path that is too long', { url: `/products/${'x'.repeat(2000)}` }, 414, 'uri-too-long'],
  ['another method', { method: 'PUT', url: '/products' }, 405, 'method-not-allowed'],
  [
    'no JSON',
    { method: 'POST', url: '/users', headers: json, payload: '{' },
    400,
    'malformed-json',
  ],
  [
    'no UTF-8',
    { method: 'POST', url: '/users', headers: json, payload: Buffer.from([0x22, 0xff, 0x22]) },
    400,
    'malformed-json',
  ],
  [
    'a prototype',
    { method: 'POST', url: '/users', headers: json, payload: '{"a":{"__proto__":{}}}' },
    400,
    'malformed-json',
  ],
  [
    'endless nesting',
    { method: 'POST', url: '/users', headers: json, payload: '['.repeat(60_000) },
    400,
    'malformed-json',
  ],
  [
    'nesting that ends',
    {
      method: 'POST',
      url: '/users',
      headers: json,
      payload: `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
    },
    400,
    undefined,
  ],
  [
    'a large body',
    { method: 'POST', url: '/users', headers: json, payload: `"${'x'.repeat(65_536)}"` },
    413,
    'too-large',
  ],
  ['a form', { method: 'POST', url: '/users', payload: 'a=b' }, 415, 'unsupported-media-type'],
  [
    'an unknown media type',
    { method: 'POST', url: '/users', headers: { 'content-type': 'x' }, payload: '{}' },
    415,
    'unsupported-media-type',
  ],
] as const)('%s is a problem document', async (_what, request, status, kind) => {
  const { app } = await startGateway();

  const answer = await app.inject({ method: 'GET', ...request });

  expect(answer.statusCode).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  const problem = answer.json();
  if (kind) expect(problem.type).toBe(`/problems/${kind}`);
  expect(problem).toMatchObject({ status, instance: request.url.split('?')[0] });
  expect(Object.keys(problem)).toEqual(
    expect.arrayContaining(['type', 'title', 'status', 'detail', 'instance']),
  );
  expect(answer.body).not.toMatch(/at .*\.(js|ts):\d+/);
});

test('405 lists the methods of the path in Allow', async () => {
  const { app } = await startGateway();
  const allow = async (method: 'PUT' | 'POST' | 'OPTIONS', url: string) =>
    (await app.inject({ method, url })).headers['allow'];

  expect(await allow('PUT', '/products')).toBe('GET, HEAD, POST');
  expect(await allow('POST', '/products/mug?x=1')).toBe('DELETE, GET, HEAD, PATCH');
  expect(await allow('OPTIONS', '/carts/me/items/mug')).toBe('DELETE, PATCH');
  expect(await allow('POST', '/docs/static/swagger-ui.css')).toBe('GET, HEAD');
});

test('every kind of problem that is answered is explained at its type', async () => {
  const { app } = await startGateway();

  const { type } = (await app.inject('/nothing')).json();
  const explained = await app.inject(type);
  const unknown = await app.inject('/problems/toString');

  expect(explained.json()).toEqual({
    type: '/problems/not-found',
    title: 'Not found',
    status: 404,
    meaning: 'No route has this path.',
  });
  expect(unknown.statusCode).toBe(404);
});

test('unknown fields are refused by name, each with its pointer', async () => {
  const { app, bearer } = await startGateway();

  const answer = await app.inject({
    method: 'POST',
    url: '/carts/me/items',
    headers: await bearer('ann'),
    payload: { productId: 'mug', quantity: 1, 'a/b~c': 1, colour: 'red' },
  });

  expect(answer.json().errors).toEqual([
    { in: 'body', field: 'a/b~c', pointer: '#/a~1b~0c', detail: 'unknown field' },
    { in: 'body', field: 'colour', pointer: '#/colour', detail: 'unknown field' },
  ]);
});

test('values are never told back', async () => {
  const { app, bearer } = await startGateway();

  const answer = await app.inject({
    method: 'POST',
    url: '/carts/me/items',
    headers: await bearer('ann'),
    payload: { productId: 'canary\u0007value', quantity: 'canary-quantity' },
  });

  expect(answer.statusCode).toBe(400);
  expect(answer.body).not.toContain('canary');
});

test("every answer carries a request id: the caller's when it is a plain token", async () => {
  const { app } = await startGateway();
  const idOf = async (given: string) =>
    (await app.inject({ url: '/nothing', headers: { 'x-request-id': given } })).headers[
      'x-request-id'
    ];

  expect(await idOf('abc-1')).toBe('abc-1');
  expect(await idOf('evil id')).toMatch(/^[\da-f-]{36}$/);
  expect(await idOf('x'.repeat(65))).toMatch(/^[\da-f-]{36}$/);
});

test('every answer has headers that keep browsers from guessing, framing and keeping', async () => {
  const { app } = await startGateway();

  for (const url of ['/products', '/nothing', '/products/%ZZ']) {
    expect((await app.inject(url)).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  }
  const answer = await app.inject({
    url: '/products',
    headers: { origin: 'https://evil.example' },
  });
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
});

test('requests are measured by their route pattern, never by their path', async () => {
  const { app, bus, done } = await startGateway();
  bus.answers.set('product.get', () => ({ product: null }));

  await app.inject('/products/mug');
  await app.inject('/secret/path');

  expect(done).toEqual([
    { method: 'GET', route: '/products/:id', status: 404, seconds: expect.any(Number) },
    { method: 'GET', route: 'unmatched', status: 404, seconds: expect.any(Number) },
  ]);
});
