import { expect, test } from 'vitest';
import { PersistentPublisher } from '../../../../src/cli/replay/persistent-publisher.ts';
import { Replay, type ReplayOptions } from '../../../../src/cli/replay/replay.ts';
import { requestReader } from '../../../../src/cli/replay/run-replay.ts';
import { BusRefused } from '../../../../src/infra/pipeline/errors.ts';
import type { OutboundMessage, RawPublisher } from '../../../../src/infra/pipeline/ports.ts';
import { systemClock } from '../../../../src/infra/runtime/system-clock.ts';
import {
  bytesOf,
  manyCartLines,
  RememberedProgress,
  RememberingPublisher,
} from '../../../support/replay-lines.ts';

const never = new AbortController().signal;

const replayOf = (
  chunks: AsyncIterable<Uint8Array>,
  publisher: RawPublisher,
  more: Partial<ReplayOptions> = {},
) => {
  const signal = more.signal ?? never;
  const progress = new RememberedProgress();
  const persistent = new PersistentPublisher({
    publisher,
    isConnected: () => true,
    clock: systemClock,
    signal,
  });
  const reader = requestReader({});
  const options = { chunks, reader, publisher: persistent, progress, clock: systemClock };
  return { progress, replay: new Replay({ ...options, window: 16, ...more, signal }) };
};

const cartAdd = (userId: string, quantity: unknown = 1): string =>
  JSON.stringify({ type: 'cart.add', data: { userId, productId: 'p1', quantity } });

const quantitiesOf = (publisher: RememberingPublisher, subject: string): readonly number[] =>
  publisher.stored
    .filter(({ message }) => message.subject === subject)
    .map(({ message }) => JSON.parse(String(message.body)).quantity);

test('every good line is published, every bad one is reported by number and does not stop the rest', async () => {
  const publisher = new RememberingPublisher();
  const lines = [cartAdd('u1'), '', 'nonsense', cartAdd('u2'), cartAdd('u3', 1.5)];

  const { replay, progress } = replayOf(bytesOf(lines.join('\n')), publisher);
  const summary = await replay.run();

  expect(summary).toMatchObject({ lines: 4, published: 2, duplicates: 0, bad: 2, unpublished: 0 });
  expect(progress.notes).toEqual([
    'line 3: not JSON',
    expect.stringMatching(/^line 5: cart\.add version 1: quantity/),
  ]);
});

test('events of one key are published in the order of the file, though some have to be repeated', async () => {
  const publisher = new RememberingPublisher();
  publisher.failures = 3;
  const lines = Array.from({ length: 60 }, (_, index) => cartAdd(`u${index % 3}`, index));

  await replayOf(bytesOf(lines.join('\n')), publisher).replay.run();

  for (const key of [0, 1, 2]) {
    const expected = Array.from({ length: 20 }, (_, index) => index * 3 + key);
    expect(quantitiesOf(publisher, `cart.add.u${key}`)).toEqual(expected);
  }
});

test('an event waits for what it names: the product is stored before the cart that asks for it', async () => {
  const publisher = new RememberingPublisher();
  publisher.failures = 1;
  const product = { productId: 'p1', name: 'Mug', price: { amount: 1, currency: 'EUR' } };
  const lines = [JSON.stringify({ type: 'product.add', data: product }), cartAdd('u1')];

  await replayOf(bytesOf(lines.join('\n')), publisher).replay.run();

  expect(publisher.stored.map(({ message }) => message.subject)).toEqual([
    'product.add.p1',
    'cart.add.u1',
  ]);
});

test('no more are under way than the window has room for', async () => {
  const publisher = new RememberingPublisher();

  await replayOf(manyCartLines(400), publisher, { window: 5 }).replay.run();

  expect(publisher.mostAtOnce).toBe(5);
  expect(publisher.stored).toHaveLength(400);
});

test('an id that the stream knows already counts as a duplicate', async () => {
  const publisher = new RememberingPublisher();
  const line = JSON.stringify({ id: 'e1', ...JSON.parse(cartAdd('u1')) });

  const summary = await replayOf(bytesOf(`${line}\n${line}`), publisher).replay.run();

  expect(summary).toMatchObject({ lines: 2, published: 1, duplicates: 1 });
});

test('what the stream refuses is reported without the key, which may be a name', async () => {
  const publisher = {
    publishRaw: async ({ subject }: OutboundMessage) => {
      throw new BusRefused(`publish ${subject}: maximum bytes exceeded (10047)`, false);
    },
  };

  const { replay, progress } = replayOf(bytesOf(cartAdd('amélie')), publisher);
  const summary = await replay.run();

  expect(summary).toMatchObject({ published: 0, unpublished: 1 });
  expect(progress.notes).toEqual(['line 1: publish it: maximum bytes exceeded (10047)']);
});

test('a rate spreads the events over time', async () => {
  const summary = await replayOf(manyCartLines(40), new RememberingPublisher(), {
    rate: 200,
  }).replay.run();

  expect(summary.published).toBe(40);
  expect(summary.seconds).toBeGreaterThan(0.15);
});

test('a stop ends it though nobody answers, and the summary tells what is open', async () => {
  const controller = new AbortController();
  const silent: RawPublisher = { publishRaw: () => new Promise(() => {}) };
  const { replay } = replayOf(manyCartLines(100), silent, {
    signal: controller.signal,
    clock: { ...systemClock, after: (_ms, run) => systemClock.after(0, run) },
  });

  const running = replay.run();
  setImmediate(() => controller.abort());

  expect(await running).toMatchObject({ published: 0, unpublished: 16 });
});

test('what nobody foresaw ends it with that error', async () => {
  const broken: RawPublisher = { publishRaw: async () => Promise.reject(new TypeError('broken')) };

  await expect(replayOf(manyCartLines(100), broken).replay.run()).rejects.toThrow('broken');
});

test('two hundred thousand lines need no more memory than twenty thousand', async () => {
  const publisher: RawPublisher = {
    publishRaw: async (_message, id) => ({ id, stream: 'TEST', sequence: 1, duplicate: false }),
  };
  const heapAfter = async (lines: number): Promise<number> => {
    await replayOf(manyCartLines(lines), publisher, { window: 512 }).replay.run();
    return process.memoryUsage().rss;
  };

  const before = await heapAfter(20_000);

  expect((await heapAfter(200_000)) - before).toBeLessThan(60_000_000);
}, 20_000);
