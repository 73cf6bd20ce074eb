import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NatsPublisher } from '../../../../src/infra/nats/publisher.ts';
import { BusUnavailable } from '../../../../src/infra/pipeline/errors.ts';
import { FakePublishConnection } from '../../../support/fake-publish-connection.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it('is over at its deadline, however long it had to wait until it might write', async () => {
  const waits: number[] = [];
  const { asConnection } = new FakePublishConnection();
  const publisher = new NatsPublisher(asConnection, '_INBOX_t', async (withinMs) => {
    waits.push(Math.round(withinMs));
    await new Promise((resolve) => setTimeout(resolve, 900));
  });
  const message = { subject: 'cart.add.k', headers: {}, body: new Uint8Array() };
  let overAfter: number | undefined;
  const began = performance.now();
  const publishing = publisher.publishRaw(message, 'id', 1_000).catch((error: unknown) => {
    overAfter = Math.round(performance.now() - began);
    return error;
  });

  await vi.advanceTimersByTimeAsync(5_000);

  expect(await publishing).toBeInstanceOf(BusUnavailable);
  expect(overAfter).toBe(1_000);
  expect(waits).toEqual([1_000]);
});
