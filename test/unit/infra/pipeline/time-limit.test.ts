import { describe, expect, it } from 'vitest';
import { HandlerTimeout } from '../../../../src/infra/pipeline/errors.ts';
import { timeLimit } from '../../../../src/infra/pipeline/time-limit.ts';
import { TestClock } from '../../../support/test-clock.ts';

const newLimit = () => {
  const clock = new TestClock();
  return { clock, within: timeLimit(clock) };
};

describe('a time limit', () => {
  it('gives back what came in time, and leaves no timer behind', async () => {
    const { clock, within } = newLimit();

    expect(await within(1000, async () => 'in time')).toBe('in time');

    expect(clock.pending).toBe(0);
  });

  it('passes on what failed in time, and leaves no timer behind', async () => {
    const { clock, within } = newLimit();

    await expect(
      within(1000, async () => {
        throw new TypeError('early');
      }),
    ).rejects.toThrow(new TypeError('early'));

    expect(clock.pending).toBe(0);
  });

  it('fails when the time is over, not before', async () => {
    const { clock, within } = newLimit();
    let failure: unknown;
    void within(1000, () => new Promise(() => {})).catch((error: unknown) => {
      failure = error;
    });

    await clock.advance(999);
    expect(failure).toBeUndefined();
    await clock.advance(1);

    expect(failure).toBeInstanceOf(HandlerTimeout);
    expect(String(failure)).toContain('1000 ms');
  });

  it('aborts the signal when the time is over, not before', async () => {
    const { clock, within } = newLimit();
    let signal: AbortSignal | undefined;
    const limited = within(1000, (given) => {
      signal = given.signal;
      return new Promise(() => {});
    });
    limited.catch(() => {});

    await clock.advance(999);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);

    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBeInstanceOf(HandlerTimeout);
  });

  it('shows an aborted signal to who looks only when the time is over', async () => {
    const { clock, within } = newLimit();
    let look: () => AbortSignal | undefined = () => undefined;
    const limited = within(1000, (given) => {
      look = () => given.signal;
      return new Promise(() => {});
    });
    limited.catch(() => {});

    await clock.advance(1000);

    expect(look()?.aborted).toBe(true);
    expect(look()?.reason).toBeInstanceOf(HandlerTimeout);
  });

  it('ignores what comes late, be it a result or a failure', async () => {
    const { clock, within } = newLimit();
    const ends: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
    const run = () =>
      new Promise<string>((resolve, reject) => {
        ends.push({ resolve, reject });
      });
    const limited = [within(1000, run), within(1000, run)];
    const settlements = Promise.allSettled(limited);
    await clock.advance(1000);

    ends[0]?.resolve('late');
    ends[1]?.reject(new Error('late'));

    for (const settlement of await settlements) {
      expect(settlement).toMatchObject({ status: 'rejected', reason: expect.any(HandlerTimeout) });
    }
  });
});
