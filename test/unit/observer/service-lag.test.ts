import { expect, it } from 'vitest';
import { defineStream, retryStreamOf, type ServiceStream } from '../../../src/contracts/streams.ts';
import type { ConsumerSight, StreamSight } from '../../../src/infra/pipeline/stream-watch.ts';
import { Arrivals } from '../../../src/observer/arrivals.ts';
import { lagPage } from '../../../src/observer/lag-page.ts';
import { Repeated } from '../../../src/observer/repeated.ts';
import { lagOf, type ObservedStream } from '../../../src/observer/service-lag.ts';
import { TestClock } from '../../support/test-clock.ts';

const [cart, product] = [defineStream('cart'), defineStream('product')];
const retries = retryStreamOf(cart);
const streams = [cart, product, retries];

const consumer = (service: string, more: Partial<ConsumerSight>): ConsumerSight => ({
  ...{ consumer: `${service}-0`, service, pending: 0, unacknowledged: 0 },
  ...{ unacknowledgedLimit: 4_000, redelivered: 0, waitingPulls: 0, isPinned: true },
  oldestStoredAt: undefined,
  stored: 0,
  ...more,
});

const sight = (messages: number, ...consumers: ConsumerSight[]): StreamSight => ({
  ...{ messages, bytes: 0, limitBytes: undefined, lastSequence: messages },
  ...{ oldestStoredAt: undefined, replicas: { configured: 1, current: 1 }, servers: [], consumers },
});

type Answers = Map<ServiceStream, () => StreamSight | undefined>;

const fail = (): never => {
  throw new Error('nobody leads');
};

/** Three streams that are looked at every five seconds, and what they answer. */
const observed = (clock: TestClock, answers: Answers): ObservedStream[] =>
  streams.map((stream) => {
    const arrivals = new Arrivals();
    const read = async () => {
      const seen = answers.get(stream)?.();
      arrivals.note({ elapsedMs: clock.elapsed(), consumers: seen?.consumers ?? [] });
      return seen;
    };
    const often = { clock, everyMs: 5_000, staleMs: 15_000, onFailure: () => {} };
    return { stream, arrivals, readings: new Repeated({ read, ...often }) };
  });

const start = async (answers: Answers) => {
  const clock = new TestClock();
  const all = observed(clock, answers);
  for (const { readings } of all) readings.start();
  await clock.advance(0);
  const services = ['cart', 'product'];
  const page = lagPage((name) => (services.includes(name) ? lagOf(name, all) : undefined));
  const ask = (path: string) => {
    const { status, body } = page(path);
    return { status, ...JSON.parse(body) };
  };
  return { clock, ask };
};

const usual = (): Answers =>
  new Map([
    [
      cart,
      () =>
        sight(
          100,
          consumer('cart', { pending: 5, oldestStoredAt: Date.UTC(2025, 11, 31, 23, 59, 50) }),
          consumer('cart', { consumer: 'cart-1', unacknowledged: 2 }),
        ),
    ],
    [product, () => sight(50, consumer('cart', { pending: 1 }), consumer('product', {}))],
    [
      retries,
      () => sight(7, consumer('cart', { consumer: 'cart', pending: 2, unacknowledged: 1 })),
    ],
  ]);

it('adds up what waits for a service over its partitions and all streams that it reads', async () => {
  const { ask } = await start(usual());

  expect(ask('/lag/cart')).toEqual({
    status: 200,
    service: 'cart',
    waitingEvents: 11,
    pendingEvents: 8,
    unacknowledgedEvents: 3,
    scheduledRetries: 4,
    oldestWaitingSeconds: 10,
    arrivalsPerSecond: null,
    asOf: '2026-01-01T00:00:00.000Z',
  });
  expect(ask('/lag/product')).toMatchObject({ waitingEvents: 0, oldestWaitingSeconds: 0 });
});

it('adds up what came in over all streams that a service reads, but not what is tried again', async () => {
  const answers = usual();
  const { clock, ask } = await start(answers);
  answers.set(cart, () => sight(130, consumer('cart', { stored: 30 })));
  answers.set(product, () => sight(70, consumer('cart', { stored: 20 }), consumer('product', {})));
  answers.set(retries, () => sight(90, consumer('cart', { consumer: 'cart', stored: 90 })));

  await clock.advance(5_000);

  expect(ask('/lag/cart')).toMatchObject({ arrivalsPerSecond: 10 });
  expect(ask('/lag/product')).toMatchObject({ arrivalsPerSecond: 0 });
});

it('knows nothing of a service that is not observed, and of no other path', async () => {
  const { ask } = await start(usual());

  for (const path of ['/lag', '/lag/', '/lag/user', '/lag/cart/', '/lag/cart/0', '/lag/CART']) {
    expect(ask(path)).toEqual({ status: 404, error: 'no such service: /lag/<service>' });
  }
});

it('keeps what it knew for a while, then says that it does not know, until it knows again', async () => {
  const answers = usual();
  const { clock, ask } = await start(answers);
  answers.set(cart, fail);

  await clock.advance(15_000);
  expect(ask('/lag/cart')).toMatchObject({ status: 200, waitingEvents: 11 });
  await clock.advance(1);
  const error = 'not known: the stream CART cannot be read';
  expect(ask('/lag/cart')).toEqual({ status: 503, service: 'cart', error });
  // It is not read by the other service, as far as anybody ever knew.
  expect(ask('/lag/product')).toMatchObject({ status: 200, waitingEvents: 0 });

  answers.set(cart, () => sight(0));
  await clock.advance(5_000);
  expect(ask('/lag/cart')).toMatchObject({ status: 200, waitingEvents: 4 });
});

it('says of no service that nothing waits before it has seen every stream that it might read', async () => {
  const answers = usual();
  answers.set(product, fail);
  const { clock, ask } = await start(answers);

  expect(ask('/lag/cart').status).toBe(503);
  expect(ask('/lag/product').status).toBe(503);
  answers.set(product, () => sight(0, consumer('product', {})));
  await clock.advance(5_000);
  expect(ask('/lag/cart')).toMatchObject({ status: 200, waitingEvents: 10 });
});

it('says of a service without a stream that it does not know, and does without one of retries', async () => {
  const answers = usual();
  answers.set(cart, () => undefined);
  answers.set(retries, () => undefined);
  const { clock, ask } = await start(answers);

  expect(ask('/lag/cart')).toMatchObject({
    status: 503,
    error: 'not known: there is no stream CART yet',
  });
  answers.set(cart, () => sight(0, consumer('cart', { pending: 3 })));
  await clock.advance(5_000);
  expect(ask('/lag/cart')).toMatchObject({ waitingEvents: 4, scheduledRetries: 0 });
});
