import { describe, expect, it } from 'vitest';
import { subjectsOf } from '../../src/contracts/streams.ts';
import { sinkOf } from '../support/sink-of.ts';
import { type Inbox, type OpenBus, World } from './bus-under-test.ts';

const leased = { ackWaitMs: 1000 } as const;

const settleAll = (delivery: Inbox['deliveries'][number], { settle }: Inbox): void =>
  settle(delivery);

/** Room, leases, attempts, settling, sharing, stopping. */
export const leaseSuite = (open: OpenBus): void => {
  describe('leases and settling', () => {
    it('never delivers more than there is room for, and goes on when there is room again', async () => {
      await using world = await World.open(open);
      await world.askMany(10);

      const inbox = world.start({ room: 3 });
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(3));
      await world.advance(200);
      expect(inbox.deliveries).toHaveLength(3);

      for (let n = 0; n < 10; n++) {
        await world.eventually(() => expect(inbox.deliveries.length).toBeGreaterThan(n));
        inbox.settle(inbox.deliveries[n]);
      }
      expect(inbox.numbers()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(inbox.mostOpen()).toBe(3);
    });

    it('delivers more when it is told that there is more room', async () => {
      await using world = await World.open(open);
      await world.askMany(4);
      let room = 1;
      let taken = 0;
      const running = world.bus.source(world.consumer).start(
        sinkOf(
          () => room - taken,
          () => taken++,
        ),
      );
      await world.eventually(() => expect(taken).toBe(1));

      room = 3;
      running.refill();
      await world.eventually(() => expect(taken).toBe(3));

      await world.advance(200);
      expect(taken).toBe(3);
    });

    it('delivers again, with a higher attempt, what is not settled when its lease ends', async () => {
      await using world = await World.open(open, leased);
      await world.ask('k', 1);
      const inbox = world.start();

      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));
      await world.advance(500);
      expect(inbox.deliveries).toHaveLength(1);
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(3));

      expect(inbox.deliveries.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      expect(inbox.numbers()).toEqual([1, 1, 1]);
    });

    it('keeps a lease as long as it is extended', async () => {
      await using world = await World.open(open, leased);
      await world.ask('k', 1);
      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));

      for (let renewals = 0; renewals < 6; renewals++) {
        await world.advance(400);
        inbox.deliveries[0]?.extend();
      }
      expect(inbox.deliveries).toHaveLength(1);

      await world.eventually(() => expect(inbox.deliveries).toHaveLength(2));
    });

    it('delivers at once what is handed back', async () => {
      await using world = await World.open(open);
      await world.ask('k', 1);
      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));
      const before = world.now();

      inbox.settle(inbox.deliveries[0], 'hand-back');
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(2));

      expect(inbox.deliveries[1]?.attempt).toBe(2);
      expect(world.now() - before).toBeLessThan(5000);
    });

    it('never delivers again what is done, not even to a new source', async () => {
      await using world = await World.open(open, leased);
      await world.askMany(3);
      const inbox = world.start({ onTake: settleAll });
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(3));

      await world.advance(1500);
      await inbox.running.stop();
      const another = world.start();
      await world.ask('k', 3);
      await world.eventually(() => expect(another.deliveries).toHaveLength(1));
      await world.advance(200);

      expect(inbox.numbers()).toEqual([0, 1, 2]);
      expect(another.numbers()).toEqual([3]);
    });

    it('is not harmed by a settlement that comes after the lease', async () => {
      await using world = await World.open(open, leased);
      await world.ask('k', 1);
      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(2));

      inbox.settle(inbox.deliveries[0]);
      inbox.settle(inbox.deliveries[1]);
      inbox.deliveries[0]?.extend();
      await world.eventually(async () =>
        expect(await world.bus.lag(world.consumer)).toEqual({ pending: 0, unacknowledged: 0 }),
      );
      await world.advance(1500);

      expect(inbox.deliveries).toHaveLength(2);
    });

    it('settles a delivery once: what is said later of it changes nothing', async () => {
      await using world = await World.open(open);
      await world.ask('k', 1);
      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));

      inbox.settle(inbox.deliveries[0], 'done');
      inbox.settle(inbox.deliveries[0], 'hand-back');
      await world.advance(300);

      expect(inbox.deliveries).toHaveLength(1);
      await world.eventually(async () =>
        expect(await world.bus.lag(world.consumer)).toEqual({ pending: 0, unacknowledged: 0 }),
      );
    });

    it('shares the deliveries of a durable among its sources, each to one', async () => {
      await using world = await World.open(open);
      const inboxes = [1, 2].map(() => world.start({ room: 5, onTake: settleAll }));
      await world.eventually(() =>
        expect(inboxes.map(({ running }) => running.isPulling())).toEqual([true, true]),
      );

      await world.askMany(40);
      const all = () => inboxes.flatMap((inbox) => inbox.numbers());
      await world.eventually(() => expect(all().length).toBeGreaterThanOrEqual(40));
      await world.advance(300);

      const inOrder = all().sort((one, other) => one - other);
      expect(inOrder).toEqual(Array.from({ length: 40 }, (_, n) => n));
      for (const inbox of inboxes) expect(inbox.deliveries.length).toBeGreaterThan(0);
    });

    it('never has more unsettled than the consumer may, over all its sources', async () => {
      await using world = await World.open(open, { maxAckPending: 3 });
      await world.askMany(8);
      const inboxes = [world.start({ room: 10 }), world.start({ room: 10 })];
      const all = () => inboxes.flatMap((inbox) => inbox.deliveries.map((it) => ({ inbox, it })));

      await world.eventually(() => expect(all()).toHaveLength(3));
      await world.advance(300);
      expect(all()).toHaveLength(3);

      const [first] = all();
      first?.inbox.settle(first.it);
      await world.eventually(() => expect(all()).toHaveLength(4));
      await world.advance(200);
      expect(all()).toHaveLength(4);
    });

    it('delivers nothing to a source that stopped', async () => {
      await using world = await World.open(open);
      const inbox = world.start();
      await world.ask('k', 0);
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));

      const stopped = inbox.running.stop();
      expect(inbox.running.isPulling()).toBe(false);
      await stopped;
      await world.ask('k', 1);
      inbox.running.refill();
      await world.advance(300);

      expect(inbox.numbers()).toEqual([0]);
    });

    it('takes settlements of a source that stopped', async () => {
      await using world = await World.open(open);
      const inbox = world.start();
      await world.askMany(2);
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(2));

      await inbox.running.stop();
      inbox.settle(inbox.deliveries[0]);
      inbox.settle(inbox.deliveries[1], 'hand-back');
      const another = world.start();
      await world.eventually(() => expect(another.deliveries).toHaveLength(1));

      expect(another.numbers()).toEqual([1]);
    });

    it('strands nothing when a source stops while events stream in', async () => {
      await using world = await World.open(open);
      const inbox = world.start({ onTake: settleAll });
      const publishing = world.askMany(60);
      await world.eventually(() => expect(inbox.deliveries.length).toBeGreaterThan(0));

      await inbox.running.stop();
      await publishing;
      const another = world.start({ onTake: settleAll });
      const all = () => new Set([...inbox.numbers(), ...another.numbers()]);

      // Long before the lease of anything stranded would be over.
      await world.eventually(() => expect(all().size).toBe(60));
    });

    it('says how far a consumer is behind', async () => {
      await using world = await World.open(open);
      const lag = () => world.bus.lag(world.consumer);
      await world.askMany(5);
      expect(await lag()).toEqual({ pending: 5, unacknowledged: 0 });

      const inbox = world.start({ room: 2 });
      await world.eventually(async () =>
        expect(await lag()).toEqual({ pending: 3, unacknowledged: 2 }),
      );
      for (let n = 0; n < 5; n++) {
        await world.eventually(() => expect(inbox.deliveries.length).toBeGreaterThan(n));
        inbox.settle(inbox.deliveries[n]);
      }

      await world.eventually(async () =>
        expect(await lag()).toEqual({ pending: 0, unacknowledged: 0 }),
      );
    });

    it('erases a message from the stream, and never delivers it again', async () => {
      await using world = await World.open(open, leased);
      const event = world.contracts.Ask({ key: 'k', n: 1, text: 'hunter2' });
      const subject = `${world.stream.service}.ask.k`;
      const body = JSON.stringify(event.data);
      await world.bus.publisher.publishRaw({ subject, headers: {}, body }, 'one');
      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));
      const stored = async (): Promise<string> =>
        (await world.contents(subjectsOf(world.stream).requests))
          .map((message) => Buffer.from(message.body).toString('utf8'))
          .join();
      expect(await stored()).toContain('hunter2');

      inbox.settle(inbox.deliveries[0], 'erase');
      await world.eventually(async () => expect(await stored()).not.toContain('hunter2'));
      await world.advance(1500);

      expect(inbox.deliveries).toHaveLength(1);
      await world.eventually(async () =>
        expect(await world.bus.lag(world.consumer)).toEqual({ pending: 0, unacknowledged: 0 }),
      );
    });
  });
};
