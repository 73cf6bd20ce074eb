import { describe, expect, it } from 'vitest';
import type { ConsumerDeclaration } from '../../src/infra/pipeline/ports.ts';
import { type Inbox, type OpenBus, World } from './bus-under-test.ts';

const keyOf = (n: number): string => `key-${n % 12}`;

const openOrdered = (open: OpenBus): Promise<World> => World.open(open, { ordering: 'key' });

/** The numbers of each partition, in the order in which they were delivered. */
const byPartition = ({ deliveries }: Inbox): Map<number, number[]> => {
  const found = new Map<number, number[]>();
  for (const { message } of deliveries) {
    const partition = Number(message.subject.split('.')[2]);
    found.set(partition, [...(found.get(partition) ?? []), message.sequence]);
  }
  return found;
};

const isSorted = (numbers: readonly number[]): boolean =>
  numbers.every((n, at) => at === 0 || n > (numbers[at - 1] ?? 0));

/** How a bus delivers partitions to their owners. */
export const orderedSuite = (open: OpenBus): void => {
  describe('a source that orders by key', () => {
    it('delivers every partition in the order of the stream, and says which it is', async () => {
      await using world = await openOrdered(open);
      const inbox = world.start({ ordering: 'key' });

      await world.askMany(60, keyOf);

      await world.eventually(() => expect(inbox.deliveries).toHaveLength(60));
      const partitions = byPartition(inbox);
      expect(partitions.size).toBe(4);
      for (const sequences of partitions.values()) expect(isSorted(sequences)).toBe(true);
      for (const { message, partition } of inbox.deliveries) {
        expect(message.subject.split('.')[2]).toBe(String(partition));
      }
      expect([...inbox.acquired].sort()).toEqual([0, 1, 2, 3]);
    });

    it('sums its lag over the partitions, under the name of its reader', async () => {
      await using world = await openOrdered(open);
      await world.askMany(10, keyOf);
      await world.eventually(async () =>
        expect(await world.bus.lag(world.consumer)).toEqual({ pending: 10, unacknowledged: 0 }),
      );

      const inbox = world.start({ ordering: 'key', onTake: (it, box) => box.settle(it) });

      await world.eventually(async () =>
        expect(await world.bus.lag(world.consumer)).toEqual({ pending: 0, unacknowledged: 0 }),
      );
      const lags = await world.bus.lagsOf(world.stream);
      expect(lags.map(({ durable }) => durable)).toEqual([world.consumer.durable]);
      expect(inbox.deliveries).toHaveLength(10);
    });

    it('knows per partition up to where all is settled', async () => {
      await using world = await openOrdered(open);
      const inbox = world.start({ ordering: 'key' });
      await world.ask('key-0', 0);
      await world.ask('key-0', 1);
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(2));
      const partition = inbox.deliveries[0]?.partition ?? -1;

      inbox.settle(inbox.deliveries[0]);

      await world.eventually(() => expect(inbox.running.settledUpTo(partition)).toBe(1));
      inbox.settle(inbox.deliveries[1]);
      await world.eventually(() => expect(inbox.running.settledUpTo(partition)).toBe(2));
    });

    it('gives what one owner had not settled to the next one, before what is new', async () => {
      await using world = await openOrdered(open);
      const first = world.start({ ordering: 'key' });
      await world.askMany(20, keyOf);
      await world.eventually(() => expect(first.deliveries).toHaveLength(20));
      first.settle(first.deliveries[0]);
      for (const delivery of first.deliveries.slice(1)) first.settle(delivery, 'hand-back');
      await first.running.stop();
      await first.running.close();

      const next = world.start({ ordering: 'key' });
      for (let n = 20; n < 30; n++) await world.ask(keyOf(n), n);

      await world.eventually(() => expect(next.deliveries).toHaveLength(29));
      for (const sequences of byPartition(next).values()) expect(isSorted(sequences)).toBe(true);
    });

    it('stands by without partitions and is ready all the same, when it comes after its stream', async () => {
      const underTest = await open();
      await using world = new World(underTest);
      const consumer: ConsumerDeclaration = { ...world.consumer, ordering: 'key' };
      await world.bus.ensure({ streams: [world.stream], consumers: [consumer] });
      const inbox = world.start({ ordering: 'key' });

      await world.eventually(() => expect(inbox.running.isPulling()).toBe(true));

      await inbox.running.stop();
      expect(inbox.running.isPulling()).toBe(false);
      await inbox.running.close();
    });

    it('refuses another number of partitions, and says how many there are', async () => {
      await using world = await openOrdered(open);
      const fewer = { ...world.stream, partitions: 2 };
      await expect(world.bus.ensure({ streams: [fewer], consumers: [] })).rejects.toThrow(
        /has 4 partitions, declared are 2/,
      );
    });
  });
};
