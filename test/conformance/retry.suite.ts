import { describe, expect, it } from 'vitest';
import { placeOf, retryFilters, retryStreamOf } from '../../src/contracts/streams.ts';
import type { Delivery } from '../../src/infra/pipeline/delivery.ts';
import { BusRefused } from '../../src/infra/pipeline/errors.ts';
import type { ConsumerDeclaration } from '../../src/infra/pipeline/ports.ts';
import { type OpenBus, World } from './bus-under-test.ts';

/** A world with a stream of retries, and what its reader gets. */
const withRetries = async (open: OpenBus) => {
  const world = await World.open(open);
  const stream = retryStreamOf(world.stream);
  const consumer: ConsumerDeclaration = {
    ...world.consumer,
    stream,
    filter: retryFilters(stream).due,
  };
  await world.bus.ensure({ streams: [stream], consumers: [consumer] });
  const deliveries: Delivery[] = [];
  const start = () =>
    world.bus.source(consumer).start({
      room: () => 100,
      take: (delivery) => deliveries.push(delivery),
      acquire: () => {},
      release: async () => {},
    });
  const schedule = (sequence: number, afterMs: number, body = 'x', times = 1) => {
    const { partition } = placeOf(world.stream, 'k');
    const place = { stream: world.stream.name, partition, sequence, storedAt: 1_000 };
    const id = `retry.${sequence}.${times}`;
    return world.bus
      .retries(world.stream)
      .schedule({ place, id, afterMs, headers: { 'Some-Note': 'kept' }, body });
  };
  const bodies = () => deliveries.map(({ message }) => Buffer.from(message.body).toString('utf8'));
  const lag = () => world.bus.lag(consumer);
  return { world, deliveries, start, schedule, bodies, lag };
};

/** Messages that wait for their time. */
export const retrySuite = (open: OpenBus): void => {
  describe('scheduling retries', () => {
    it('delivers a message when its time has come, not before', async () => {
      const { world, deliveries, start, schedule } = await withRetries(open);
      await using _world = world;
      const running = start();

      const at = world.now() + 1_500;
      await schedule(7, 1_500, 'the body');
      await world.advance(700);
      expect(deliveries).toHaveLength(0);
      await world.eventually(() => expect(deliveries).toHaveLength(1));

      expect(world.now()).toBeGreaterThanOrEqual(at);
      const { message } = deliveries[0]!;
      expect(Buffer.from(message.body).toString('utf8')).toBe('the body');
      expect(message.header('some-note')).toBe('kept');
      await running.stop();
    });

    it('delivers at once what is due already', async () => {
      const { world, deliveries, start, schedule } = await withRetries(open);
      await using _world = world;

      await schedule(7, -5_000);
      const running = start();

      await world.eventually(() => expect(deliveries).toHaveLength(1));
      await running.stop();
    });

    it('keeps one message of a place, the last one, and one of an id', async () => {
      const { world, deliveries, start, schedule, bodies } = await withRetries(open);
      await using _world = world;
      const running = start();

      await schedule(7, 600, 'first', 1);
      await schedule(7, 900, 'second', 2);
      await schedule(7, 100, 'repeated', 2);
      await schedule(8, 600, 'other', 1);
      await world.eventually(() => expect(deliveries).toHaveLength(2));
      await world.advance(1_000);

      expect(bodies().sort()).toEqual(['other', 'second']);
      await running.stop();
    });

    it('counts as behind what waits, what is due and what is out, until it is settled', async () => {
      const { world, deliveries, start, schedule, lag } = await withRetries(open);
      await using _world = world;

      await schedule(7, 300);
      await schedule(8, 60_000);
      expect(await lag()).toEqual({ pending: 2, unacknowledged: 0 });
      const running = start();
      await world.eventually(() => expect(deliveries).toHaveLength(1));
      await world.eventually(async () =>
        expect(await lag()).toEqual({ pending: 1, unacknowledged: 1 }),
      );
      deliveries[0]?.settle({ kind: 'done' });

      await world.eventually(async () =>
        expect(await lag()).toEqual({ pending: 1, unacknowledged: 0 }),
      );
      await running.stop();
    });

    it('has no lag where there is no such stream', async () => {
      await using world = await World.open(open);

      expect(await world.bus.lagsOf(retryStreamOf(world.stream))).toEqual([]);
    });

    it('keeps its key among those that have something waiting', async () => {
      const { world, schedule } = await withRetries(open);
      await using _world = world;
      const { backlog } = world.bus;

      expect(await backlog.hasPendingBefore(world.stream, 'k', 1_000)).toBe(false);
      await schedule(7, 60_000);

      expect(await backlog.hasPendingBefore(world.stream, 'k', 1_000)).toBe(true);
      expect(await backlog.hasPendingBefore(world.stream, 'k', 999)).toBe(false);
    });

    it('refuses for good what is too large', async () => {
      const { world, schedule } = await withRetries(open);
      await using _world = world;

      const refused = await schedule(7, 1_000, 'x'.repeat(600_000)).catch((error) => error);

      expect(refused).toBeInstanceOf(BusRefused);
      expect(refused.lasting).toBe(true);
    });
  });
};
