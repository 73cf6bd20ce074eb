import { describe, expect, it } from 'vitest';
import { subjectsOf } from '../../src/contracts/streams.ts';
import { numbersOf, type OpenBus, World } from './bus-under-test.ts';

/** What holds the streams goes away and comes back. */
export const restartSuite = (open: OpenBus): void => {
  describe('coming back', () => {
    it('still has what it stored, and goes on with the same source and follower', async () => {
      await using world = await World.open(open, { ackWaitMs: 2000 });
      const inbox = world.start({ onTake: (delivery, { settle }) => settle(delivery) });
      const { taken, caughtUp } = world.follow([subjectsOf(world.stream).requests], 'new');
      await world.whenCaughtUp(caughtUp);
      await world.ask('k', 1);
      const committed = await world.commit('k', 0, '{"n":1}', [world.told('k', 1)]);
      await world.eventually(() => expect(inbox.numbers()).toContain(1));

      await world.restart();
      await world.eventually(() => world.ask('k', 2, 'the second'));

      await world.eventually(() => expect(inbox.numbers()).toContain(2));
      await world.eventually(() => expect(numbersOf(taken)).toEqual([1, 2]));
      const read = await world.eventually(() => world.read('k'));
      expect(committed).toEqual({ kind: 'committed', revision: read?.revision });
      expect(numbersOf(await world.contents(subjectsOf(world.stream).facts))).toEqual([1]);
    });

    it('is not connected while it is away', async () => {
      await using world = await World.open(open);

      const restarting = world.restart();
      await world.eventually(() => expect(world.bus.isConnected()).toBe(false));
      await restarting;

      await world.eventually(() => expect(world.bus.isConnected()).toBe(true));
    });
  });
};
