import { expect, test } from 'vitest';
import { CartItemAdded } from '../../../src/contracts/cart/cart-item-added.ts';
import { BusUnavailable } from '../../../src/infra/pipeline/errors.ts';
import { RecordedSpans } from '../../support/recorded-spans.ts';
import { FakeBus } from './support/fake-bus.ts';
import { startGateway } from './support/gateway.ts';
import { line, price, send } from './support/requests.ts';

const open = async () => {
  const spans = new RecordedSpans();
  const tracing = spans.of('gateway');
  const bus = new FakeBus();
  const gateway = await startGateway({ ports: { tracing, publisher: tracing.publisher(bus) } });
  // Facts come over the gateway's own bus.
  bus.onPublish = ({ envelope }) =>
    gateway.bus.fact(envelope, CartItemAdded({ ...line, quantity: 2, total: 2, price }));
  return { spans, bus, gateway };
};

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test('a request that publishes is one trace, which the event carries on', async () => {
  const { spans, bus, gateway } = await open();

  expect((await send(gateway, 'addItem')).statusCode).toBe(201);

  expect(spans.tree()).toEqual([
    'gateway: POST /carts/me/items',
    '  gateway: await cart.add',
    '  gateway: send cart.add',
  ]);
  const sent = spans.one('send cart.add');
  expect(bus.sent[0]?.envelope.traceparent).toBe(`00-${sent.traceId}-${sent.spanId}-01`);
  expect(spans.one('POST /carts/me/items')).toMatchObject({
    kind: 'server',
    isError: false,
    attributes: { 'http.route': '/carts/me/items', 'http.response.status_code': 201 },
  });
});

test("it goes on from its caller's, and its log line names it", async () => {
  const { spans, bus, gateway } = await open();

  await send(gateway, 'addItem', { traceparent, tracestate: 'shop=1', prefer: 'wait=5' });

  const request = spans.one('POST /carts/me/items');
  expect(request).toMatchObject({
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    parentId: '00f067aa0ba902b7',
  });
  expect(bus.sent[0]?.envelope.tracestate).toBe('shop=1');
  const done = gateway.logs
    .map((text) => JSON.parse(text))
    .find(({ msg }) => msg === 'request done');
  expect(done).toMatchObject({ trace_id: request.traceId, span_id: request.spanId });
});

test('a publish that fails is an error of the trace, without the names in it', async () => {
  const { spans, bus, gateway } = await open();
  bus.onPublish = () => {
    throw new BusUnavailable('nobody heard of id-cleo');
  };

  expect((await send(gateway, 'addItem')).statusCode).toBe(503);

  expect(spans.one('send cart.add')).toMatchObject({
    isError: true,
    status: 'nobody heard of [redacted]',
    attributes: { 'error.type': 'BusUnavailable' },
  });
  expect(spans.one('POST /carts/me/items')).toMatchObject({
    isError: true,
    attributes: { 'error.type': '503' },
  });
});

test('each request has a trace of its own, also those at the same time', async () => {
  const { spans, gateway } = await open();

  await Promise.all([send(gateway, 'addItem'), send(gateway, 'addItem'), send(gateway, 'addItem')]);

  const requests = spans.named('POST /carts/me/items');
  expect(new Set(requests.map(({ traceId }) => traceId)).size).toBe(3);
  for (const { traceId } of requests)
    expect(spans.all.filter((span) => span.traceId === traceId)).toHaveLength(3);
});

test('while tracing is off, the log line names the trace of the caller', async () => {
  const gateway = await startGateway();

  await gateway.app.inject({ url: '/products', headers: { traceparent } });
  await gateway.app.inject({ url: '/products' });

  const [first, second] = gateway.logs
    .map((text) => JSON.parse(text))
    .filter(({ msg }) => msg === 'request done');
  expect(first).toMatchObject({
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    span_id: '00f067aa0ba902b7',
  });
  expect(second).not.toHaveProperty('trace_id');
});

test('its measurement names its own trace, and only one that is recorded', async () => {
  const traced = await open();
  await traced.gateway.app.inject({ url: '/products' });
  await traced.gateway.app.inject({ url: '/products', headers: { traceparent } });
  const spans = traced.spans.all.filter(({ name }) => name.startsWith('GET'));
  expect(spans[1]?.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  expect(traced.gateway.done.map(({ trace }) => trace)).toEqual(
    spans.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
  );

  const untraced = await startGateway();
  const unsampled = traceparent.replace(/01$/, '00');
  for (const headers of [{ traceparent: unsampled }, { traceparent }, {}]) {
    await untraced.app.inject({ url: '/products', headers });
  }
  expect(untraced.done.map(({ trace }) => trace)).toEqual([undefined, traceparent, undefined]);
});
