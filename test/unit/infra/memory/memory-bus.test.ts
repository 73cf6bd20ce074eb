import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineStream, placeOf, subjectsOf } from '../../../../src/contracts/streams.ts';
import { MemoryBus } from '../../../../src/infra/memory/memory-bus.ts';
import type { Delivery, InboundMessage } from '../../../../src/infra/pipeline/delivery.ts';
import { BusRefused, BusUnavailable } from '../../../../src/infra/pipeline/errors.ts';
import type { ConsumerDeclaration } from '../../../../src/infra/pipeline/ports.ts';
import { sinkOf } from '../../../support/sink-of.ts';
import { settled, TestClock } from '../../../support/test-clock.ts';

const stream = defineStream('box', 4);
const consumer: ConsumerDeclaration = {
  stream,
  durable: 'box',
  filter: subjectsOf(stream).requests,
  ordering: 'none',
  recognises: true,
  ackWaitMs: 1000,
  maxAckPending: 10_000,
};
const message = (key: string, body = '{}') => ({ subject: `box.move.${key}`, headers: {}, body });

let clock: TestClock;
let bus: MemoryBus;

beforeEach(async () => {
  clock = new TestClock();
  bus = new MemoryBus({ clock });
  await bus.ensure({ streams: [stream], consumers: [consumer] });
});

afterEach(async () => {
  await bus[Symbol.asyncDispose]();
});

const collect = (room = Number.POSITIVE_INFINITY) => {
  const deliveries: Delivery[] = [];
  const sink = sinkOf(
    () => room - deliveries.length,
    (delivery) => deliveries.push(delivery),
  );
  return { deliveries, running: bus.source(consumer).start(sink) };
};

describe('the bus in memory', () => {
  it('forgets an id when its window is over, counted from the first message', async () => {
    await bus.publisher.publishRaw(message('k'), 'same');
    await clock.advance(119_999);
    expect(await bus.publisher.publishRaw(message('k'), 'same')).toMatchObject({ duplicate: true });

    await clock.advance(1);

    expect(await bus.publisher.publishRaw(message('k'), 'same')).toMatchObject({
      duplicate: false,
      sequence: 2,
    });
  });

  it('remembers ids as long as it was told', async () => {
    const short = new MemoryBus({ clock, duplicateWindowMs: 10 });
    await short.ensure({ streams: [stream], consumers: [] });
    await short.publisher.publishRaw(message('k'), 'same');
    await clock.advance(10);

    expect(await short.publisher.publishRaw(message('k'), 'same')).toMatchObject({ sequence: 2 });
  });

  it('stores with the time of its clock', async () => {
    await clock.advance(1234);
    const storedAt = clock.now();
    await bus.publisher.publishRaw(message('k'), '1');
    await clock.advance(99);
    const { deliveries } = collect();
    await settled();

    expect(deliveries[0]?.message.storedAt).toBe(storedAt);
  });

  it('ends each lease at its own time, whichever were settled or renewed between', async () => {
    const { deliveries } = collect();
    for (let n = 0; n < 4; n++) {
      await bus.publisher.publishRaw(message(`k${n}`), String(n));
      await clock.advance(100);
    }
    deliveries[1]?.settle({ kind: 'done' });
    deliveries[0]?.extend();

    const again = () => deliveries.slice(4).map(({ message: { sequence } }) => sequence);
    await clock.advance(799);
    expect(again()).toEqual([]);
    await clock.advance(1);
    expect(again()).toEqual([3]);
    await clock.advance(100);
    expect(again()).toEqual([3, 4]);
    await clock.advance(100);
    expect(again()).toEqual([3, 4, 1]);
  });

  it('ignores whatever is done with a lease that is over', async () => {
    await bus.publisher.publishRaw(message('k'), '1');
    const { deliveries } = collect();
    await clock.advance(1000);
    const [late, current] = deliveries;

    late?.settle({ kind: 'hand-back' });
    late?.settle({ kind: 'done' });
    late?.extend();
    await settled();
    expect(deliveries.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(await bus.lag(consumer)).toEqual({ pending: 0, unacknowledged: 1 });

    current?.settle({ kind: 'done' });
    await clock.advance(5000);
    expect(deliveries).toHaveLength(2);
    expect(await bus.lag(consumer)).toEqual({ pending: 0, unacknowledged: 0 });
  });

  it('delivers what comes again before what is new', async () => {
    const deliveries: Delivery[] = [];
    let room = 2;
    const running = bus.source(consumer).start(
      sinkOf(
        () => room - deliveries.length,
        (it) => deliveries.push(it),
      ),
    );
    for (let n = 0; n < 4; n++) await bus.publisher.publishRaw(message(`k${n}`), String(n));
    await settled();

    deliveries[0]?.settle({ kind: 'hand-back' });
    room = 5;
    running.refill();
    await settled();

    expect(deliveries.map(({ message: { sequence } }) => sequence)).toEqual([1, 2, 1, 3, 4]);
  });

  it('does not spin when a sink hands everything back at once', async () => {
    let taken = 0;
    const handBack = (delivery: Delivery): void => {
      taken++;
      delivery.settle({ kind: 'hand-back' });
    };
    bus.source(consumer).start(sinkOf(() => 1, handBack));
    await bus.publisher.publishRaw(message('k'), '1');

    await settled();

    expect(taken).toBeGreaterThan(1);
    expect(taken).toBeLessThan(100);
  });

  it('takes an erased message away from every durable, delivered or not', async () => {
    const audit = { ...consumer, durable: 'audit' };
    const late = { ...consumer, durable: 'late' };
    await bus.ensure({ streams: [], consumers: [audit, late] });
    await bus.publisher.publishRaw(message('k', 'hunter2'), '1');
    const { deliveries } = collect();
    const audited: Delivery[] = [];
    bus.source(audit).start(
      sinkOf(
        () => 9,
        (delivery) => audited.push(delivery),
      ),
    );
    await settled();

    deliveries[0]?.settle({ kind: 'erase' });
    audited[0]?.settle({ kind: 'hand-back' });
    await bus.publisher.publishRaw(message('other'), '2');
    await settled();

    expect(audited.map(({ message: { sequence } }) => sequence)).toEqual([1, 2]);
    audited[1]?.settle({ kind: 'done' });
    deliveries[1]?.settle({ kind: 'done' });
    expect(await bus.lag(late)).toEqual({ pending: 1, unacknowledged: 0 });
    for (const durable of [consumer, audit]) {
      expect(await bus.lag(durable)).toEqual({ pending: 0, unacknowledged: 0 });
    }
    expect(await bus.backlog.hasPendingBefore(stream, 'k', clock.now())).toBe(false);
  });

  it('finds the message before an erased one as the last of its subject', async () => {
    const { partition } = placeOf(stream, 'k');
    for (const n of [1, 2]) await bus.publisher.publishRaw(message('k', `${n}`), String(n));
    const { deliveries } = collect();
    await settled();
    deliveries[1]?.settle({ kind: 'erase' });

    const taken: InboundMessage[] = [];
    const filters = [`in.box.${partition}.move`];
    bus.follow({ stream, filters, from: 'last', take: (it) => taken.push(it) });
    await settled();

    expect(taken.map(({ sequence }) => sequence)).toEqual([1]);
  });

  it('takes nothing that was on its way to a follower when it stopped', async () => {
    const taken: InboundMessage[] = [];
    const { requests } = subjectsOf(stream);
    const follower = bus.follow({
      stream,
      filters: [requests],
      from: 1,
      take: (it) => {
        taken.push(it);
        void follower.stop();
      },
    });
    for (const n of [1, 2, 3]) await bus.publisher.publishRaw(message('k'), String(n));

    await settled();

    expect(taken).toHaveLength(1);
  });

  it('keeps what it stored from whoever published it', async () => {
    const body = Uint8Array.from([49]);
    const headers = { a: '1' };
    await bus.publisher.publishRaw({ subject: 'box.move.k', headers, body }, '1');
    body[0] = 50;
    headers.a = '2';
    const { deliveries } = collect();
    await settled();

    const stored = deliveries[0]?.message;
    expect([stored?.body, stored?.header('a')]).toEqual([Uint8Array.from([49]), '1']);
  });

  it('stores nothing of a commit with a message that its stream does not take', async () => {
    const place = placeOf(stream, 'k');
    for (const subject of [
      'cart.add.k',
      'box.move.a.b',
      'box.move.*',
      'fact.cart.0.x',
      'box',
      '',
    ]) {
      const messages = [message('k'), { subject, headers: {}, body: '{}' }];
      const state = { place, revision: 0, record: '{}' };
      const commit = bus.commits(stream).commit({ state, messages });

      await expect(commit, subject).rejects.toThrow(BusRefused);
    }
    expect(await bus.states(stream).read(place)).toBeUndefined();
    expect(await bus.lag(consumer)).toEqual({ pending: 0, unacknowledged: 0 });
  });

  it('stores nothing of a commit that is larger than a batch of the broker', async () => {
    const messages = Array.from({ length: 1001 }, () => message('k'));

    await expect(bus.commits(stream).commit({ messages })).rejects.toThrow(BusRefused);

    expect(await bus.lag(consumer)).toEqual({ pending: 0, unacknowledged: 0 });
  });

  it('takes a service that never was for one that has handled nothing', async () => {
    const other = defineStream('shelf', 4);
    await bus.ensure({ streams: [other], consumers: [] });
    const later = clock.now() + 1;
    expect(await bus.backlog.hasPendingBefore(other, 'k', later)).toBe(false);

    await bus.publisher.publishRaw({ ...message('k'), subject: 'shelf.fill.k' }, '1');

    expect(await bus.backlog.hasPendingBefore(other, 'k', later)).toBe(true);
    expect(await bus.backlog.hasPendingBefore(other, 'k', clock.now() - 1)).toBe(false);
  });

  it('changes nothing when any part of a topology conflicts', async () => {
    const another = defineStream('shelf', 4);
    const conflicting = { ...consumer, filter: 'fact.box.>' };

    const refused = bus.ensure({ streams: [another], consumers: [conflicting] });

    await expect(refused).rejects.toThrow('BOX.box has the filter in.box.>');
    await expect(bus.states(another).read(placeOf(another, 'k'))).rejects.toThrow(BusUnavailable);
  });

  it('is unavailable once it is closed, and leaves no timer behind', async () => {
    const { deliveries, running } = collect();
    await bus.publisher.publishRaw(message('k'), '1');
    await settled();
    expect(clock.pending).toBe(1);

    await bus[Symbol.asyncDispose]();
    await clock.advance(5000);

    expect(clock.pending).toBe(0);
    expect(deliveries).toHaveLength(1);
    expect(running.isPulling()).toBe(false);
    await expect(bus.publisher.publishRaw(message('k'), '2')).rejects.toThrow(BusUnavailable);
    await expect(bus.ensure({ streams: [], consumers: [] })).rejects.toThrow(BusUnavailable);
  });

  it('leaves no timer behind when everything is settled', async () => {
    const { deliveries } = collect();
    await bus.publisher.publishRaw(message('k'), '1');
    await settled();

    deliveries[0]?.settle({ kind: 'done' });

    expect(clock.pending).toBe(0);
  });

  it('carries many events in little time', async () => {
    const count = 50_000;
    let handled = 0;
    const begin = performance.now();
    const running = bus.source(consumer).start(
      sinkOf(
        () => 256,
        (delivery) => {
          handled++;
          delivery.settle({ kind: 'done' });
        },
      ),
    );
    for (let n = 0; n < count; n++) await bus.publisher.publishRaw(message(`k${n}`), String(n));
    while (handled < count) await settled();
    await running.stop();

    // A cost that grew with the log would be minutes.
    expect(performance.now() - begin).toBeLessThan(10_000);
  });
});
