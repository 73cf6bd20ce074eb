import { describe, expect, it } from 'vitest';
import { defineStream, retryStreamOf } from '../../../../src/contracts/streams.ts';
import { NatsRetries } from '../../../../src/infra/nats/nats-retries.ts';
import { BusRefused } from '../../../../src/infra/pipeline/errors.ts';
import type { OutboundMessage } from '../../../../src/infra/pipeline/ports.ts';

const stream = retryStreamOf(defineStream('cart'));
/** The broker's time, which is not this process's. */
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const place = { stream: 'PRODUCT', partition: 3, sequence: 70, storedAt: 5 };
const retry = { place, id: 'an id', afterMs: 61_000, headers: { 'ce-id': '1' }, body: 'x' };

const open = (sizes: number[]) => {
  const published: { readonly message: OutboundMessage; readonly id: string }[] = [];
  let asked = 0;
  const retries = new NatsRetries({
    stream,
    mostBytes: 100,
    look: async () => ({ bytes: sizes[asked++] ?? 0, now }),
    publisher: {
      publishRaw: async (message, id) => {
        published.push({ message, id });
        return { id, stream: stream.name, sequence: 1, duplicate: false };
      },
    },
  });
  return { retries, published, asked: () => asked };
};

describe('scheduling a retry', () => {
  it('says to the broker when and where to, beside what the message says itself', async () => {
    const { retries, published } = open([0]);

    await retries.schedule(retry);

    expect(published).toEqual([
      {
        id: 'an id',
        message: {
          subject: 'retry.cart.wait.PRODUCT.3.70.5',
          headers: {
            'ce-id': '1',
            'Nats-Schedule': expect.stringMatching(/^@at 2026-01-02T03:05:06\.\d{3}Z$/),
            'Nats-Schedule-Target': 'retry.cart.due.PRODUCT.3.70.5',
          },
          body: 'x',
        },
      },
    ]);
  });

  it('lets nothing in while too much waits, which may pass', async () => {
    const { retries, published } = open([100]);

    const refused = await retries.schedule(retry).catch((error) => error);

    expect(refused).toBeInstanceOf(BusRefused);
    expect(refused.lasting).toBe(false);
    expect(published).toEqual([]);
  });

  it('does not ask for every message how much waits', async () => {
    const { retries, published, asked } = open([99, 100]);

    for (let count = 0; count < 5; count++) await retries.schedule(retry);

    expect(published).toHaveLength(5);
    expect(asked()).toBe(1);
  });

  it('refuses for good what would leave no room for its dead letter', async () => {
    const { retries } = open([0]);

    const body = 'x'.repeat(510 * 1024);
    const refused = await retries.schedule({ ...retry, body }).catch((error) => error);

    expect(refused).toMatchObject({ name: 'BusRefused', lasting: true });
  });
});
