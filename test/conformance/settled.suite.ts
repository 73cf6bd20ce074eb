import { describe, expect, it } from 'vitest';
import { type OpenBus, World } from './bus-under-test.ts';

/** What a source knows of everything that is settled, by whomever. */
export const settledSuite = (open: OpenBus): void => {
  describe('knowing what is settled', () => {
    it('says up to where everything is, and never more', async () => {
      await using world = await World.open(open);
      const inbox = world.start({ room: 10 });
      expect(inbox.running.settledUpTo(0)).toBe(0);
      for (let n = 0; n < 5; n++) await world.ask(`key ${n}`, n);
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(5));
      expect(inbox.running.settledUpTo(0)).toBe(0);

      inbox.settle(inbox.deliveries[0]);
      inbox.settle(inbox.deliveries[1]);
      inbox.settle(inbox.deliveries[3]);
      await world.eventually(() => expect(inbox.running.settledUpTo(0)).toBe(2));
      await world.advance(1500);
      expect(inbox.running.settledUpTo(0)).toBe(2);

      inbox.settle(inbox.deliveries[2]);
      inbox.settle(inbox.deliveries[4]);
      await world.eventually(() => expect(inbox.running.settledUpTo(0)).toBe(5));
    });

    it('counts what is handed back as not settled', async () => {
      await using world = await World.open(open);
      await world.askMany(2);
      let isFirst = true;
      const inbox = world.start({
        room: 1,
        onTake: (delivery, { settle }) => {
          settle(delivery, isFirst ? 'hand-back' : 'done');
          isFirst = false;
        },
      });

      await world.eventually(() => expect(inbox.running.settledUpTo(0)).toBe(2));
      expect(inbox.deliveries).toHaveLength(3);
    });

    it('knows at every source what others have settled', async () => {
      await using world = await World.open(open);
      const busy = world.start({ onTake: (delivery, { settle }) => settle(delivery) });
      const idle = world.start({ room: 0 });

      await world.askMany(3);
      await world.eventually(() => expect(busy.deliveries).toHaveLength(3));

      await world.eventually(() => expect(idle.running.settledUpTo(0)).toBe(3));
    });
  });
};
