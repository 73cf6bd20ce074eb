import { describe, expect, it } from 'vitest';
import { placeOf, subjectsOf } from '../../src/contracts/streams.ts';
import { TopologyConflict } from '../../src/infra/pipeline/ports.ts';
import { type OpenBus, World } from './bus-under-test.ts';

/** Keys of one partition and a key of another. */
const keysOf = (world: World) => {
  const partition = (key: string): number => placeOf(world.stream, key).partition;
  const others = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].filter(
    (key) => partition(key) !== partition('a'),
  );
  return { key: 'a', foreign: others[0]! };
};

/** Streams, consumers, and what is behind. */
export const topologySuite = (open: OpenBus): void => {
  describe('making streams and consumers', () => {
    it('changes nothing when everything is there already', async () => {
      await using world = await World.open(open);
      await world.askMany(3);
      const inbox = world.start({ room: 1 });
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));

      await world.bus.ensure({ streams: [world.stream], consumers: [world.consumer] });
      await world.bus.ensure({ streams: [world.stream], consumers: [world.consumer] });

      await world.eventually(async () =>
        expect(await world.bus.lag(world.consumer)).toEqual({ pending: 2, unacknowledged: 1 }),
      );
      expect(await world.contents(subjectsOf(world.stream).requests)).toHaveLength(3);
    });

    it('can be done by many at once', async () => {
      await using world = new World(await open());
      const topology = { streams: [world.stream], consumers: [world.consumer] };

      await Promise.all([1, 2, 3, 4].map(() => world.bus.ensure(topology)));

      await world.eventually(async () =>
        expect(await world.bus.lag(world.consumer)).toEqual({ pending: 0, unacknowledged: 0 }),
      );
    });

    it('refuses another number of partitions, naming both', async () => {
      await using world = await World.open(open);
      const stream = { ...world.stream, partitions: 32 };

      const refused = world.bus.ensure({ streams: [stream], consumers: [] });

      await expect(refused).rejects.toThrow(TopologyConflict);
      await expect(refused).rejects.toThrow(/\b4\b.*\b32\b/s);
    });

    it('refuses another filter of a consumer, naming both', async () => {
      await using world = await World.open(open);
      const { requests, facts } = subjectsOf(world.stream);
      const consumer = { ...world.consumer, filter: facts };

      const refused = world.bus.ensure({ streams: [], consumers: [consumer] });

      await expect(refused).rejects.toThrow(TopologyConflict);
      await expect(refused).rejects.toThrow(requests);
      await expect(refused).rejects.toThrow(facts);
    });

    it('takes over another bound and lease of a consumer', async () => {
      await using world = await World.open(open, { maxAckPending: 2 });
      await world.askMany(5);
      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(2));

      const consumer = { ...world.consumer, maxAckPending: 4, ackWaitMs: 20_000 };
      await world.bus.ensure({ streams: [], consumers: [consumer] });

      await world.eventually(() => expect(inbox.deliveries).toHaveLength(4));
    });

    it('delivers to each durable everything, and says how far each is behind', async () => {
      await using world = await World.open(open);
      const audit = { ...world.consumer, durable: 'audit' };
      await world.askMany(2);
      const inbox = world.start({ room: 1 });
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));

      await world.bus.ensure({ streams: [], consumers: [audit] });

      const stream = world.stream.name;
      await world.eventually(async () =>
        expect(await world.bus.lag(audit)).toEqual({ pending: 2, unacknowledged: 0 }),
      );
      await world.eventually(async () =>
        expect(await world.bus.lag(world.consumer)).toEqual({ pending: 1, unacknowledged: 1 }),
      );
      const lags = await world.bus.lagsOf(world.stream);
      expect(lags.toSorted((one, other) => one.pending - other.pending)).toEqual([
        { stream, durable: world.consumer.durable, pending: 1, unacknowledged: 1 },
        { stream, durable: 'audit', pending: 2, unacknowledged: 0 },
      ]);
    });
  });

  describe('knowing what is behind', () => {
    it('says that an event waits, until it is settled', async () => {
      await using world = await World.open(open);
      const isBehind = (time: number) =>
        world.bus.backlog.hasPendingBefore(world.stream, 'a', time);
      await world.ask('a', 1);
      const later = world.now() + 60_000;
      expect(await isBehind(later)).toBe(true);

      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));
      expect(await isBehind(later)).toBe(true);

      inbox.settle(inbox.deliveries[0]);
      await world.eventually(async () => expect(await isBehind(later)).toBe(false));
    });

    it('counts what was stored up to the time asked for, and nothing after', async () => {
      await using world = await World.open(open);
      await world.ask('a', 1);
      const [message] = await world.contents(subjectsOf(world.stream).requests);
      const storedAt = message!.storedAt;
      const isBehind = (time: number) =>
        world.bus.backlog.hasPendingBefore(world.stream, 'a', time);

      expect(await isBehind(storedAt - 1)).toBe(false);
      expect(await isBehind(storedAt + 1)).toBe(true);
    });

    it('counts what was stored in the same millisecond: it may be before', async () => {
      await using world = await World.open(open);
      await world.ask('a', 1);
      const [message] = await world.contents(subjectsOf(world.stream).requests);

      const { storedAt } = message!;

      expect(await world.bus.backlog.hasPendingBefore(world.stream, 'a', storedAt)).toBe(true);
    });

    it('does not count other partitions', async () => {
      await using world = await World.open(open);
      const { key, foreign } = keysOf(world);
      const later = world.now() + 60_000;

      await world.ask(foreign, 1);

      expect(await world.bus.backlog.hasPendingBefore(world.stream, key, later)).toBe(false);
      expect(await world.bus.backlog.hasPendingBefore(world.stream, foreign, later)).toBe(true);
    });

    it('counts what waits for its next delivery', async () => {
      await using world = await World.open(open);
      await world.ask('a', 1);
      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));

      const stopped = inbox.running.stop();
      inbox.settle(inbox.deliveries[0], 'hand-back');
      await stopped;

      const later = world.now() + 60_000;
      expect(await world.bus.backlog.hasPendingBefore(world.stream, 'a', later)).toBe(true);
    });

    it('counts no facts and no states', async () => {
      await using world = await World.open(open);

      await world.commit('a', 0, '{}', [world.told('a', 1)]);

      const later = world.now() + 60_000;
      expect(await world.bus.backlog.hasPendingBefore(world.stream, 'a', later)).toBe(false);
    });
  });
};
