import { expect, test } from 'vitest';
import { ProductSearch } from '../../../src/contracts/product/queries.ts';
import { searchQuery } from '../../../src/gateway/routes/product-reading.ts';
import { startGateway } from './support/gateway.ts';

const mug = {
  productId: 'mug',
  name: 'Mug',
  description: 'Holds tea',
  price: { amount: 950, currency: 'EUR' },
};

test('POST /products publishes product.add in its current version', async () => {
  const { app, bus, bearer } = await startGateway();
  const { description: _, ...plain } = mug;

  const answer = await app.inject({
    method: 'POST',
    url: '/products',
    headers: await bearer('cleo'),
    payload: plain,
  });

  expect(answer.statusCode).toBe(202);
  expect(answer.headers['link']).toBe('</products/mug>; rel="related"');
  expect(bus.sent[0]?.event.data).toEqual({ ...mug, description: '' });
  expect(bus.sent[0]?.envelope).toMatchObject({ type: 'product.add', version: 2 });
});

test('PATCH /products/:id publishes product.update with the changes alone', async () => {
  const { app, bus, bearer } = await startGateway();

  const answer = await app.inject({
    method: 'PATCH',
    url: '/products/whole%20milk%2F1',
    headers: await bearer('Cleo'),
    payload: { price: { amount: 1, currency: 'EUR' } },
  });

  expect(answer.statusCode).toBe(202);
  expect(answer.headers['link']).toBe('</products/whole%20milk%2F1>; rel="related"');
  expect(bus.sent[0]?.event.data).toEqual({
    productId: 'whole milk/1',
    price: { amount: 1, currency: 'EUR' },
  });
});

test('DELETE /products/:id publishes product.remove, with an empty JSON body too', async () => {
  const { app, bus, bearer } = await startGateway();

  const plain = await app.inject({
    method: 'DELETE',
    url: '/products/mug',
    headers: await bearer('cleo'),
  });
  const withType = await app.inject({
    method: 'DELETE',
    url: '/products/mug',
    headers: { ...(await bearer('cleo')), 'content-type': 'application/json' },
  });

  expect([plain.statusCode, withType.statusCode]).toEqual([202, 202]);
  expect(bus.sent.map(({ event }) => [event.contract.type, event.data])).toEqual([
    ['product.remove', { productId: 'mug' }],
    ['product.remove', { productId: 'mug' }],
  ]);
});

test.each([
  ['POST', '/products', { ...mug, price: 9.5 }, 'price'],
  ['POST', '/products', { ...mug, price: { amount: 9.5, currency: 'EUR' } }, 'price.amount'],
  ['POST', '/products', { ...mug, price: { ...mug.price, vat: 1 } }, 'price.vat'],
  ['POST', '/products', { ...mug, price: { amount: 1, currency: 'euro' } }, 'price.currency'],
  ['POST', '/products', { ...mug, name: ' ' }, 'name'],
  ['POST', '/products', { ...mug, productId: 'a\u0000b' }, 'productId'],
  ['PATCH', '/products/mug', {}, ''],
  ['PATCH', '/products/mug', { productId: 'other' }, 'productId'],
  ['PATCH', '/products/mug', { description: 'x'.repeat(2001) }, 'description'],
] as const)('%s %s with %j names the field %j', async (method, url, payload, field) => {
  const { app, bus, bearer } = await startGateway();

  const answer = await app.inject({ method, url, headers: await bearer('cleo'), payload });

  expect(answer.statusCode).toBe(400);
  const [error] = answer.json().errors;
  expect(error).toMatchObject({
    in: 'body',
    field,
    pointer: `#${field && `/${field.replaceAll('.', '/')}`}`,
  });
  expect(bus.sent).toEqual([]);
});

test('GET /products/:id answers with the product', async () => {
  const { app, bus } = await startGateway();
  bus.answers.set('product.get', () => ({ product: mug }));

  const answer = await app.inject('/products/mug');

  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual(mug);
  expect(bus.asked).toEqual([{ name: 'product.get', question: { productId: 'mug' } }]);
});

test('GET /products/:id is 404 for a product that the shop does not sell', async () => {
  const { app, bus } = await startGateway();
  bus.answers.set('product.get', () => ({ product: null }));

  const answer = await app.inject('/products/nothing');

  expect(answer.statusCode).toBe(404);
  expect(answer.json()).toMatchObject({
    type: '/problems/unknown-product',
    title: 'Unknown product',
    status: 404,
    instance: '/products/nothing',
  });
});

test('a product id of the longest kind fits into a path', async () => {
  const { app, bus } = await startGateway();
  bus.answers.set('product.get', () => ({ product: mug }));

  const longest = await app.inject(`/products/${encodeURIComponent('語'.repeat(128))}`);
  const longer = await app.inject(`/products/${'x'.repeat(129)}`);

  expect(longest.statusCode).toBe(200);
  expect(longer.statusCode).toBe(400);
  expect(longer.json().errors).toEqual([expect.objectContaining({ in: 'path', field: 'id' })]);
});

test('GET /products asks product.search with the filters given', async () => {
  const { app, bus } = await startGateway();
  bus.answers.set('product.search', () => ({ total: 1, products: [mug] }));

  const answer = await app.inject(
    '/products?search=te%C3%A1&minPrice=100&maxPrice=2000&currency=EUR&offset=20&limit=10',
  );

  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ total: 1, products: [mug] });
  expect(bus.asked[0]?.question).toEqual({
    text: 'teá',
    minPrice: 100,
    maxPrice: 2000,
    currency: 'EUR',
    offset: 20,
    limit: 10,
  });
});

test('GET /products takes parameters without a value as not given', async () => {
  const { app, bus } = await startGateway();
  bus.answers.set('product.search', () => ({ total: 0, products: [] }));

  const answer = await app.inject('/products?search=&minPrice=&maxPrice=&currency=&offset=&limit=');

  expect(answer.statusCode).toBe(200);
  expect(bus.asked[0]?.question).toEqual({ text: '', offset: 0, limit: 20 });
});

test.each([
  ['limit=0', 'limit'],
  ['limit=101', 'limit'],
  ['limit=ten', 'limit'],
  ['limit=1e1', 'limit'],
  ['limit=1&limit=2', 'limit'],
  ['offset=-1', 'offset'],
  ['minPrice=1.5', 'minPrice'],
  ['maxPrice=99999999999999999999', 'maxPrice'],
  ['currency=eur', 'currency'],
  [`search=${'x'.repeat(201)}`, 'search'],
  ['serach=mug', 'serach'],
  ['__proto__=1', '__proto__'],
])('GET /products?%s is refused and names the parameter', async (query, field) => {
  const { app } = await startGateway();

  const answer = await app.inject(`/products?${query}`);

  expect(answer.statusCode).toBe(400);
  expect(answer.json().errors).toEqual([expect.objectContaining({ in: 'query', field })]);
});

test.each([
  { search: 'x'.repeat(200) },
  { search: 'x'.repeat(201) },
  { minPrice: '0' },
  { maxPrice: String(Number.MAX_SAFE_INTEGER) },
  { maxPrice: String(Number.MAX_SAFE_INTEGER + 1) },
  { currency: 'EUR' },
  { currency: 'EURO' },
  { offset: '0' },
  { offset: '10000' },
  { offset: '10001' },
  { limit: '0' },
  { limit: '1' },
  { limit: '100' },
  { limit: '101' },
])('the query string %j and the question of product.search have the same bounds', (query) => {
  const { search, currency, ...numbers } = query as Record<string, string>;
  const question = {
    ...(search !== undefined && { text: search }),
    ...(currency !== undefined && { currency }),
    ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)])),
  };

  expect(searchQuery.safeParse(query).success).toBe(
    ProductSearch.question.safeParse(question).success,
  );
});
