import { describe, expect, it } from 'vitest';
import { dead, done, newConsumption, retry } from '../../../support/held-consumption.ts';
import { countMessage, messageOf, storedSubject } from '../../../support/tally.ts';

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
    source.deliver(countMessage('a'), { attempt: 3 });

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

  it.each([-3_600_000, 3_600_000])('are renewed although the clock jumps by %i ms', async (ms) => {
    const { source, clock } = newConsumption({ ackWaitMs: 3000 });
    const delivery = source.deliver(countMessage('a'));
    clock.jump(ms);

    await clock.advance(9000);

    expect(delivery.extended).toBeGreaterThanOrEqual(4);
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
