import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { OtlpReceiver } from '../support/otlp-receiver.ts';
import { ShopProcesses } from '../support/shop-processes.ts';
import { soon } from '../support/soon.ts';

const price = (amount: number) => ({ amount, currency: 'EUR' });
const tea = { productId: 'tea', name: 'Tea', price: price(400) };

let server: NatsServer;

beforeAll(async () => {
  server = await startNatsServer();
});
afterAll(() => server.stop());

/** What leads from a request to its event's commit, one line a span; `inside` is what the event causes. */
const written = (
  request: string,
  type: string,
  service: string,
  inside: readonly string[],
): string[] => [
  `gateway: ${request}`,
  `  gateway: await ${type}`,
  `  gateway: send ${type}`,
  ...handled(service, type, inside).map((line) => `    ${line}`),
];

/** A try at an event: its commit and its batch, what it causes, its handler; and the wait before it. */
const handled = (service: string, type: string, inside: readonly string[]): string[] => [
  `${service}: process ${type}`,
  `  ${service}: commit ${service.toUpperCase()}`,
  `    ${service}: send ${service.toUpperCase()}`,
  ...inside.map((line) => `  ${line}`),
  `  ${service}: handle ${type}`,
  `${service}: wait ${type}`,
];

describe('a shop whose processes tell a collector what they do', () => {
  let collector: OtlpReceiver;
  let shop: ShopProcesses;

  beforeAll(async () => {
    collector = await OtlpReceiver.listen();
    const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
    shop = await ShopProcesses.start(server, {
      gateway: { ...tracing, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
      user: tracing,
      product: tracing,
      cart: tracing,
    });
    await shop.registerAs('cleo');
    await shop.ask('POST', '/products', tea);
  }, 60_000);
  afterAll(async () => {
    await shop[Symbol.asyncDispose]();
    await collector[Symbol.asyncDispose]();
  });

  /** The trace that the last request of a name began, once it is whole. */
  const traceOf = (request: string, tree: readonly string[]) =>
    soon(() => {
      const begun = collector.spans.findLast(({ name }) => name === request);
      const traceId = begun?.traceId ?? '';
      expect(collector.tree(traceId)).toEqual(tree);
      return collector.trace(traceId);
    });

  test('a product in a cart is one trace, from the request to the commit of the cart', async () => {
    await shop.ask('POST', '/carts/me/items', { productId: 'tea', quantity: 2 });

    const added = ['cart: create cart.item-added'];
    const spans = await traceOf(
      'POST /carts/me/items',
      written('POST /carts/me/items', 'cart.add', 'cart', added),
    );

    const [fact] = spans.filter(({ name }) => name === 'create cart.item-added');
    const [waited] = spans.filter(({ name }) => name === 'await cart.add');
    expect(waited?.links).toMatchObject([{ spanId: fact?.spanId, kind: 'outcome' }]);
  });

  test('a new price is one trace, through the reaction to it, to the cart that it changes', async () => {
    await shop.ask('PATCH', '/products/tea', { price: price(450) });

    const repriced = handled('cart', 'cart.reprice-item', ['cart: create cart.item-repriced']);
    const asked = ['cart: create cart.reprice-item', ...repriced.map((line) => `  ${line}`)];
    const reaction = handled('cart', 'product.price-changed', asked);
    const caused = [
      'product: create product.price-changed',
      ...reaction.map((line) => `  ${line}`),
    ];
    const spans = await traceOf(
      'PATCH /products/:id',
      written('PATCH /products/:id', 'product.update', 'product', caused),
    );

    for (const { parentId, start, end } of spans) {
      const parent = spans.find(({ spanId }) => spanId === parentId);
      expect(end).toBeGreaterThanOrEqual(start);
      // Clocks of one machine: nothing begins before what led to it, give or take their precision.
      if (parent) expect(start).toBeGreaterThanOrEqual(parent.start - 5_000_000n);
    }
  });

  test("a caller's own trace goes on, and log lines name it", async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, tracestate: 'shop=1' };

    await shop.ask('PATCH', '/carts/me/items/tea', { quantity: 3 }, headers);

    await soon(() => expect(collector.trace(traceId).length).toBeGreaterThan(8));
    const spans = collector.trace(traceId);
    const request = spans.find(({ name }) => name === 'PATCH /carts/me/items/:productId');
    const tried = spans.find(({ name }) => name === 'process cart.update');
    expect(request?.parentId).toBe('00f067aa0ba902b7');
    const line = (name: 'gateway' | 'cart', msg: string) =>
      shop
        .process(name)
        .lines()
        .find((each) => each['msg'] === msg && each['trace_id'] === traceId);
    expect(line('gateway', 'request done')).toMatchObject({ span_id: request?.spanId });
    expect(line('cart', 'settled')).toMatchObject({ span_id: tried?.spanId, type: 'cart.update' });
  });

  test('names of people are in no span, and each process speaks as it was told to', async () => {
    const text = JSON.stringify(collector.spans, (_name, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );

    expect(collector.spans.length).toBeGreaterThan(30);
    expect(text).toContain('process user.register');
    expect(text).not.toContain('process unknown');
    expect(text).not.toMatch(/cleo|correct horse|example\.org/);
    expect([...collector.spoken].sort()).toEqual(['application/json', 'application/x-protobuf']);
  });

  test('what was not sent yet is sent before a process ends', async () => {
    await shop.ask('DELETE', '/carts/me/items/tea');

    expect(await shop.end()).toEqual([0, 0, 0, 0]);

    const names = collector.spans.map(({ name }) => name);
    expect(names).toContain('process cart.remove');
    expect(names).toContain('create cart.item-removed');
    expect(names).toContain('DELETE /carts/me/items/:productId');
  });
});
