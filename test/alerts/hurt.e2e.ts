import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, NatsError } from 'nats';
import { afterAll, expect, type TestContext, test } from 'vitest';
import { ProductLoad } from '../e2e/observed/product-load.ts';
import { type ObservedWorld, openWorld } from '../e2e/observed/world.ts';
import { soon } from '../support/soon.ts';

// One shop, hurt and cured again and again. Time runs fifteen times faster for the rules: what takes
// them two minutes takes eight seconds here. What is declared in seconds (a handler's time limit, the
// age of an event) is as long as it is.
const streamBytes = 2 * 1024 * 1024;
/** How the broker says so. */
const streamIsFull = 10077;
let opening: Promise<ObservedWorld> | undefined;
const world = (context: TestContext): Promise<ObservedWorld> => {
  opening ??= openWorld(context, {
    STREAM_MAX_BYTES: String(streamBytes),
    HANDLER_TIMEOUT_MS: '6000',
    ACK_WAIT_MS: '8000',
    DRAIN_TIMEOUT_MS: '1000',
  });
  return opening;
};
afterAll(async () => (await opening)?.[Symbol.asyncDispose]());

/** What goes on for long after its cause is gone. */
const lasting = /BurningSlowly|DrainAbandoned/;
/** What all of this together may use up. */
const ofTheDay = /BurningSlowly/;

/** Waits until what was done before is over, then listens to what people are told. */
const listen = async ({ prometheus, pager }: ObservedWorld) => {
  await soon(async () => {
    const firing = await prometheus.firing();
    expect(firing.filter((name) => !lasting.test(name))).toEqual([]);
  }, 200_000);
  const before = pager.told.length;
  const already = await prometheus.firing();
  return () =>
    pager.told
      .slice(before)
      .filter(({ labels }) => !already.includes(labels['alertname'] ?? ''))
      .filter(
        ({ status, labels }) => status === 'firing' && !ofTheDay.test(labels['alertname'] ?? ''),
      )
      .map(({ receiver, labels: { alertname, service = '' } }) =>
        `${receiver}: ${alertname} ${service}`.trim(),
      )
      .filter((line, index, all) => all.indexOf(line) === index)
      .sort();
};

/** The time that alerts take that come too late, or from nothing. */
const longEnoughMs = 25_000;

test('killed workers that nobody starts again', async (context) => {
  const all = await world(context);
  const { shop } = all;
  const heard = await listen(all);
  await using load = await ProductLoad.connect(shop.broker.url);
  await load.flow(5, 3);

  await shop.process('product').end('SIGKILL');
  await load.publish();

  await soon(() => expect(heard()).toEqual(['pager: MillraceNoWorkers product']), 20_000);
  await sleep(longEnoughMs);
  expect(heard()).toEqual(['pager: MillraceNoWorkers product']);
  await shop.run('product');
});

test('a worker that is restarted, under load', async (context) => {
  const all = await world(context);
  const { shop } = all;
  const heard = await listen(all);
  await using load = await ProductLoad.connect(shop.broker.url);
  const flow = load.flow(20, 20);

  await shop.process('product').end('SIGTERM');
  await shop.run('product');
  await flow;
  await sleep(longEnoughMs);

  expect(heard()).toEqual([]);
});

test('a worker that dies again and again', async (context) => {
  const all = await world(context);
  const { shop } = all;
  const heard = await listen(all);

  for (let death = 0; death < 4; death++) {
    await shop.process('user').end('SIGKILL');
    await shop.run('user');
    await sleep(2_000);
  }

  await soon(() => expect(heard()).toEqual(['tickets: MillraceProcessRestarting user']), 20_000);
});

test('a frozen worker', async (context) => {
  const all = await world(context);
  const { shop } = all;
  const heard = await listen(all);
  await using load = await ProductLoad.connect(shop.broker.url);

  shop.process('product').signal('SIGSTOP');
  await load.publish();

  await soon(() => expect(heard()).toEqual(['pager: MillraceNoWorkers product']), 30_000);
  await sleep(longEnoughMs);
  expect(heard()).toEqual(['pager: MillraceNoWorkers product']);
  shop.process('product').signal('SIGCONT');
});

test('a few events that nobody can read', async (context) => {
  const all = await world(context);
  const { shop } = all;
  const heard = await listen(all);
  const connection = await connect({ servers: [shop.broker.url] });

  for (const key of ['u1', 'u2', 'u3'])
    await connection.jetstream().publish(`cart.add.${key}`, '{ not json');

  await soon(() => expect(heard()).toEqual(['tickets: MillraceDeadLetters cart']), 10_000);
  await sleep(longEnoughMs);
  expect(heard()).toEqual(['tickets: MillraceDeadLetters cart']);
  await connection.close();
});

test('a flood of them', async (context) => {
  const all = await world(context);
  const { shop } = all;
  const heard = await listen(all);
  const connection = await connect({ servers: [shop.broker.url] });

  for (let number = 0; number < 200; number++) {
    await connection.jetstream().publish(`user.register.u${number}`, '{ not json');
    await sleep(50);
  }

  const expected = ['pager: MillraceSuccessBurningFast user', 'tickets: MillraceDeadLetters user'];
  await soon(() => expect(heard()).toEqual(expected), 20_000);
  await sleep(longEnoughMs);
  expect(heard()).toEqual(expected);
  await connection.close();
});

// Before the hang: one late event is no burn by itself, but would be one more after many.
test('a worker that is stopped in the middle of long work', async (context) => {
  const all = await world(context);
  const { shop } = all;
  const heard = await listen(all);
  await using load = await ProductLoad.connect(shop.broker.url);
  const slowness = join(shop.folder, 'slow-handlers');
  await writeFile(slowness, '60000');

  await load.publish();
  await sleep(500);
  await shop.process('product').end('SIGTERM');
  await rm(slowness);
  await shop.run('product');

  await soon(() => expect(heard()).toEqual(['tickets: MillraceDrainAbandoned product']), 60_000);
  await sleep(longEnoughMs);
  expect(heard()).toEqual(['tickets: MillraceDrainAbandoned product']);
});

// Long enough that attempts fail at their time limit and that events are late, which are two matters;
// too short for an event to be overdue.
test('a handler that hangs', async (context) => {
  const all = await world(context);
  const { shop } = all;
  const heard = await listen(all);
  await using load = await ProductLoad.connect(shop.broker.url);
  const slowness = join(shop.folder, 'slow-handlers');

  await writeFile(slowness, '60000');
  await load.flow(10, 10);
  await rm(slowness);

  const expected = [
    'pager: MillraceFreshnessBurningFast product',
    'tickets: MillraceHandlersSlow product',
  ];
  await soon(() => expect(heard()).toEqual(expected), 30_000);
  // Past the end of the slow attempts: that they failed is told neither before nor after.
  await sleep(2 * longEnoughMs);
  expect(heard()).toEqual(expected);
});

test('a stream that is full', async (context) => {
  const all = await world(context);
  const { shop } = all;
  const heard = await listen(all);
  const connection = await connect({ servers: [shop.broker.url] });
  const publisher = connection.jetstream();
  const product = { productId: 'p', name: 'p', price: { amount: 1, currency: 'EUR' } };
  const body = JSON.stringify({ ...product, description: 'x'.repeat(1000) });
  const isFull = async (number: number): Promise<boolean> => {
    try {
      await publisher.publish(`product.add.full${number}`, body.replace('"p"', `"full${number}"`));
      return false;
    } catch (error) {
      return error instanceof NatsError && error.api_error?.err_code === streamIsFull;
    }
  };

  for (let number = 0; !(await isFull(number)); number++) await sleep(5);

  await soon(() => expect(heard()).toEqual(['pager: MillraceStreamFull product']), 20_000);
  await sleep(longEnoughMs);
  expect(heard()).toEqual(['pager: MillraceStreamFull product']);
  await connection.close();
});
