import type { Msg, NatsConnection } from 'nats';
import { ErrorCode, NatsError } from 'nats';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askAgain, mayBeAskedAgain, patienceFor } from '../../../../src/infra/nats/ask-again.ts';

const answer = { subject: '_INBOX.x' } as Msg;

/** A connection whose questions are answered by hand, and when they were asked. */
const quietConnection = () => {
  const asked: { at: number; timeout: number; answer: () => void; fail: (error: Error) => void }[] =
    [];
  const started = performance.now();
  const request = (_subject: string, _body: unknown, { timeout }: { timeout: number }) =>
    new Promise<Msg>((resolve, reject) => {
      asked.push({
        at: performance.now() - started,
        timeout,
        answer: () => resolve(answer),
        fail: reject,
      });
    });
  return { asked, connection: { request } as unknown as NatsConnection };
};

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a question that changes nothing', () => {
  it('is asked again while nobody answers, each time for the rest of the time', async () => {
    const { asked, connection } = quietConnection();
    void askAgain(connection, 'subject', undefined);

    await vi.advanceTimersByTimeAsync(10_000);

    expect(asked.map(({ at }) => Math.round(at))).toEqual([0, 400, 900, 1_500, 2_200]);
    expect(asked.map(({ timeout }) => Math.round(timeout))).toEqual([
      3_000, 2_600, 2_100, 1_500, 800,
    ]);
  });

  it.each([0, 2])(
    'is over with the first answer, here to the question of number %i',
    async (nth) => {
      const { asked, connection } = quietConnection();
      const asking = askAgain(connection, 'subject', undefined);
      await vi.advanceTimersByTimeAsync(1_000);

      asked[nth]?.answer();

      expect(await asking).toBe(answer);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(asked).toHaveLength(3);
    },
  );

  it('fails as the first one does, and is not asked again', async () => {
    const { asked, connection } = quietConnection();
    const asking = askAgain(connection, 'subject', undefined).catch((error) => error);
    await vi.advanceTimersByTimeAsync(500);

    asked[0]?.fail(NatsError.errorForCode(ErrorCode.Disconnect));
    asked[1]?.fail(NatsError.errorForCode(ErrorCode.Timeout));

    expect(await asking).toMatchObject({ code: ErrorCode.Disconnect });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toHaveLength(2);
  });
});

describe('a question for all consumers', () => {
  it('waits longer than its server waits for a dead one, and is asked again once', async () => {
    const { asked, connection } = quietConnection();
    void askAgain(connection, 'subject', undefined, patienceFor('CONSUMER.LIST.CART'));

    await vi.advanceTimersByTimeAsync(10_000);

    expect(asked.map(({ at }) => Math.round(at))).toEqual([0, 1_500]);
    expect(asked.map(({ timeout }) => Math.round(timeout))).toEqual([6_000, 4_500]);
  });
});

describe('what may be asked again', () => {
  it.each([
    ['INFO', true],
    ['STREAM.INFO.CART', true],
    ['STREAM.MSG.GET.CART', true],
    ['CONSUMER.LIST.CART', true],
    ['CONSUMER.INFO.CART.cart-0', true],
    ['STREAM.MSG.DELETE.CART', false],
    ['STREAM.CREATE.INFO', false],
    ['STREAM.PURGE.CART', false],
    ['CONSUMER.CREATE.CART.INFO', false],
    ['CONSUMER.DELETE.CART.cart-0', false],
    ['CONSUMER.RESET.CART.cart-0', false],
    ['STREAM.LEADER.STEPDOWN.CART', false],
  ])('%s: %s', (subject, may) => {
    expect(mayBeAskedAgain(subject)).toBe(may);
  });
});
