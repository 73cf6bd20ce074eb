import { describe, expect, it } from 'vitest';
import { done, newConsumption, retry } from '../../../support/held-consumption.ts';
import { countMessage } from '../../../support/tally.ts';
import { settled } from '../../../support/test-clock.ts';

describe('stopping', () => {
  it('hands back what has not started, and waits for what has', async () => {
    const { source, clock, running, consumption, stop } = newConsumption({ concurrency: 1 });
    const first = source.deliver(countMessage('a', 1));
    const second = source.deliver(countMessage('a', 2));
    const third = source.deliver(countMessage('b', 3));

    const stopped = stop();
    source.end();
    expect(source.stopped).toBe(true);
    expect(consumption.isPulling()).toBe(false);
    await settled();
    expect([first, second, third].map(({ settlements }) => settlements)).toEqual([
      [],
      ['hand-back'],
      ['hand-back'],
    ]);
    await clock.advance(500);
    expect(stopped()).toBeUndefined();

    await running[0]?.end(done);
    expect(first.settlements).toEqual(['done']);
    expect(stopped()).toEqual({ handedBack: 2, abandoned: 0 });
    expect(running).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('hands back what arrives while it stops, and starts none of it', async () => {
    const { source, running, stop } = newConsumption();
    const stopped = stop();

    const late = source.deliver(countMessage('a'));

    expect(late.settlements).toEqual(['hand-back']);
    expect(running).toHaveLength(0);
    source.end();
    await settled();
    expect(stopped()).toEqual({ handedBack: 0, abandoned: 0 });
  });

  it('hands back what waits for its next try', async () => {
    const { source, clock, running, stop } = newConsumption();
    const waiting = source.deliver(countMessage('a'));
    await running[0]?.end(retry(60_000, true));

    const stopped = stop();
    source.end();
    await settled();

    expect(waiting.settlements).toEqual(['hand-back']);
    expect(stopped()).toEqual({ handedBack: 1, abandoned: 0 });
    expect(clock.pending).toBe(0);
  });

  it('hands back what fails while it stops, instead of waiting for its next try', async () => {
    const { source, running, stop } = newConsumption();
    const failing = source.deliver(countMessage('a'));

    const stopped = stop();
    source.end();
    await running[0]?.end(retry(60_000, true));

    expect(failing.settlements).toEqual(['hand-back']);
    expect(stopped()).toMatchObject({ abandoned: 0 });
  });

  it('hands back what was about to wait at the very moment', async () => {
    const { source, running, stop } = newConsumption();
    const delivery = source.deliver(countMessage('a'));

    void running[0]?.end(retry(60_000, true));
    await Promise.resolve();
    const stopped = stop();
    source.end();
    await settled();

    expect(delivery.settlements).toEqual(['hand-back']);
    expect(stopped()).toMatchObject({ abandoned: 0 });
  });

  it('renews the leases of what still runs', async () => {
    const { source, clock, running, stop } = newConsumption({ ackWaitMs: 3000 });
    const slow = source.deliver(countMessage('a'));

    const stopped = stop(20_000);
    source.end();
    await clock.advance(9000);

    expect(slow.extended).toBeGreaterThanOrEqual(2);
    await running[0]?.end(done);
    expect(stopped()).toMatchObject({ abandoned: 0 });
  });

  it('abandons what still runs when the time is over, and stays silent about it', async () => {
    const { source, clock, running, consumption, stop } = newConsumption({ ackWaitMs: 60_000 });
    const endless = source.deliver(countMessage('a'));
    const stopped = stop(1000);
    source.end();

    await clock.advance(999);
    expect(stopped()).toBeUndefined();
    await clock.advance(1);
    expect(stopped()).toEqual({ handedBack: 0, abandoned: 1 });
    expect(consumption.inFlight).toBe(0);

    await running[0]?.end(done);
    await clock.advance(60_000);
    expect(endless.settlements).toEqual([]);
    expect(endless.extended).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('has stopped only when nothing can arrive any more', async () => {
    const { source, clock, stop } = newConsumption();
    const stopped = stop();
    await clock.advance(5000);
    expect(stopped()).toBeUndefined();

    source.end();
    await settled();

    expect(stopped()).toEqual({ handedBack: 0, abandoned: 0 });
  });
});
