import { describe, expect, it } from 'vitest';
import { Consumption, type Stopped } from '../../../../src/infra/pipeline/consume.ts';
import type { IncomingEvent, Outcome } from '../../../../src/infra/pipeline/process.ts';
import { FakeSource } from '../../../support/fake-source.ts';
import { countMessage, decodeTally, messageOf, storedSubject } from '../../../support/tally.ts';
import { settled, TestClock } from '../../../support/test-clock.ts';

const done: Outcome = { kind: 'done', how: 'handled', facts: 0 };
const dead: Outcome = { kind: 'dead', reason: 'invalid-data', error: new Error('no') };
const retry = (afterMs: number, counts: boolean): Outcome => ({
  kind: 'retry',
  afterMs,
  counts,
  error: new Error('not yet'),
});

interface Running {
  readonly event: IncomingEvent;
  readonly end: (outcome: Outcome) => Promise<void>;
}

/** A consumption whose processing ends when the test says so. */
const newConsumption = ({ concurrency = 10, prefetch = 20, ackWaitMs = 3000 } = {}) => {
  const source = new FakeSource();
  const clock = new TestClock();
  const running: Running[] = [];
  const seen: number[] = [];
  const consumption = new Consumption({
    source,
    decode: decodeTally,
    clock,
    concurrency,
    prefetch,
    ackWaitMs,
    onDelivery: ({ attempt }) => seen.push(attempt),
    process: (event) =>
      new Promise((resolve) => {
        const end = (outcome: Outcome) => {
          resolve(outcome);
          return settled();
        };
        running.push({ event, end });
      }),
  });
  consumption.start();
  const stop = (graceMs = 1000) => {
    let stopped: Stopped | undefined;
    void consumption.stop(graceMs).then((value) => {
      stopped = value;
    });
    return () => stopped;
  };
  return { source, clock, running, seen, consumption, stop };
};

describe('consuming', () => {
  it('has room for as many deliveries as it may hold, those that wait included', async () => {
    const { source, running } = newConsumption({ concurrency: 2, prefetch: 5 });
    expect(source.room).toBe(5);

    for (let n = 0; n < 5; n++) source.deliver(countMessage('a', n));
    expect(source.room).toBe(0);
    expect(running).toHaveLength(1);

    await running[0]?.end(done);
    expect(source.room).toBe(1);
    expect(source.refills).toBe(1);
  });

  it('settles what is done, once', async () => {
    const { source, running, consumption } = newConsumption();
    const delivery = source.deliver(countMessage('a'));
    expect(consumption.inFlight).toBe(1);

    await running[0]?.end(done);

    expect(delivery.settlements).toEqual(['done']);
    expect(consumption.inFlight).toBe(0);
  });

  it('settles what was set aside', async () => {
    const { source, running } = newConsumption();
    const delivery = source.deliver(messageOf({ body: '{' }));

    await running[0]?.end(dead);

    expect(delivery.settlements).toEqual(['done']);
  });

  it('erases what was set aside and may hold a secret in plain text', async () => {
    const { source, running } = newConsumption();
    const subject = storedSubject('a', 'unlock');
    const bad = source.deliver(messageOf({ subject, body: '{"key":"a","pin":"1234"}' }));
    const good = source.deliver(messageOf({ subject, body: '{"key":"a","pin":"hash:1"}' }));

    await running[0]?.end(dead);
    await running[1]?.end(dead);

    expect(bad.settlements).toEqual(['erase']);
    expect(good.settlements).toEqual(['done']);
  });

  it('tries again after the pause, holding the delivery', async () => {
    const { source, clock, running } = newConsumption();
    const delivery = source.deliver(countMessage('a'));

    await running[0]?.end(retry(500, true));
    await clock.advance(499);
    expect(running).toHaveLength(1);
    expect(delivery.settlements).toEqual([]);

    await clock.advance(1);
    await running[1]?.end(done);
    expect(delivery.settlements).toEqual(['done']);
  });

  it('counts tries that failed here: no deliveries, which a rollout adds too, and no waiting', async () => {
    const { source, clock, running, seen } = newConsumption();
    source.deliver(countMessage('a'), 3);

    await running[0]?.end(retry(10, true));
    await clock.advance(10);
    await running[1]?.end(retry(10, false));
    await clock.advance(10);
    await running[2]?.end(retry(10, true));
    await clock.advance(10);

    expect(running.map(({ event }) => event.attempt)).toEqual([1, 2, 2, 3]);
    expect(running[0]?.event.deliveries).toBe(3);
    expect(seen).toEqual([3]);
  });

  it('lets other keys go on while one waits for its next try', async () => {
    const { source, clock, running } = newConsumption({ concurrency: 1 });
    source.deliver(countMessage('a', 1));
    source.deliver(countMessage('a', 2));
    source.deliver(countMessage('b', 3));

    await running[0]?.end(retry(1000, true));
    expect(running[1]?.event.key).toBe('b');
    await running[1]?.end(done);
    expect(running).toHaveLength(2);

    await clock.advance(1000);
    expect(running[2]?.event.data).toEqual({ key: 'a', n: 1 });
  });

  it('keeps room for other keys however many wait behind a failing one, up to a bound', async () => {
    const { source, running } = newConsumption({ concurrency: 1, prefetch: 4 });
    for (let n = 1; n <= 4; n++) source.deliver(countMessage('bad', n));
    expect(source.room).toBe(0);

    await running[0]?.end(retry(60_000, true));
    expect(source.room).toBe(4);
    source.deliver(countMessage('good', 5));
    expect(running[1]?.event.key).toBe('good');

    let held = 5;
    while (source.room > 0) source.deliver(countMessage('bad', ++held));
    expect(held).toBe(4 * 8);
  });

  it('lets nothing wait behind what has no key', async () => {
    const { source, running } = newConsumption();
    for (let sequence = 1; sequence <= 3; sequence++) {
      source.deliver(messageOf({ sequence, body: '{' }));
    }

    expect(running).toHaveLength(3);
  });

  it('pulls as long as its source does', () => {
    const { source, consumption } = newConsumption();
    expect(consumption.isPulling()).toBe(true);

    source.pulling = false;

    expect(consumption.isPulling()).toBe(false);
  });
});

describe('leases', () => {
  it('are renewed while an event is handled, waits in its lane, or waits for its next try', async () => {
    const { source, clock, running } = newConsumption({ concurrency: 2, ackWaitMs: 3000 });
    const deliveries = ['a', 'a', 'b', 'c'].map((key, n) => source.deliver(countMessage(key, n)));
    await running.find(({ event }) => event.key === 'b')?.end(retry(60_000, true));
    const ages = deliveries.map(() => 0);
    const renewed = deliveries.map(() => 0);

    for (let ms = 0; ms < 12_000; ms += 100) {
      await clock.advance(100);
      for (const [index, delivery] of deliveries.entries()) {
        ages[index]! += 100;
        if (delivery.extended > renewed[index]!) ages[index] = 0;
        renewed[index] = delivery.extended;
        expect(ages[index]).toBeLessThan(2500);
      }
    }

    expect(renewed.every((count) => count >= 4)).toBe(true);
  });

  it('are not renewed right after a delivery', async () => {
    const { source, clock } = newConsumption({ ackWaitMs: 3000 });
    await clock.advance(900);
    const delivery = source.deliver(countMessage('a'));

    await clock.advance(200);

    expect(delivery.extended).toBe(0);
  });

  it('are left alone once the delivery is settled', async () => {
    const { source, clock, running } = newConsumption();
    const delivery = source.deliver(countMessage('a'));
    await running[0]?.end(done);

    await clock.advance(10_000);

    expect(delivery.extended).toBe(0);
  });
});

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
