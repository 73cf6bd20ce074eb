import { describe, expect, it } from 'vitest';
import { subjectsOf } from '../../src/contracts/streams.ts';
import { bodyOf, numbersOf, type OpenBus, World } from './bus-under-test.ts';

const stateOf = (key: string, n: number): string => JSON.stringify({ key, n });

/** Following a stream without acknowledging. */
export const followSuite = (open: OpenBus): void => {
  describe('following', () => {
    it('takes the last of each subject, then what comes', async () => {
      await using world = await World.open(open);
      const { states } = subjectsOf(world.stream);
      const first = await world.commit('a', 0, stateOf('a', 1));
      await world.commit('b', 0, stateOf('b', 2));
      await world.commit('a', first.kind === 'committed' ? first.revision : 0, stateOf('a', 3));

      const { taken, caughtUp } = world.follow([states], 'last');
      await world.whenCaughtUp(caughtUp);
      expect(taken.map(bodyOf)).toEqual([
        { key: 'b', n: 2 },
        { key: 'a', n: 3 },
      ]);

      await world.commit('c', 0, stateOf('c', 4));
      await world.eventually(() => expect(numbersOf(taken)).toEqual([2, 3, 4]));
    });

    it('takes the last message of each subject only, of facts too', async () => {
      await using world = await World.open(open);
      const { facts } = subjectsOf(world.stream);
      const messages = [1, 2, 3].map((n) => world.told('k', n));
      await world.bus.commits(world.stream).commit({ messages });

      const { taken, caughtUp } = world.follow([facts], 'last');
      await world.whenCaughtUp(caughtUp);

      expect(numbersOf(taken)).toEqual([3]);
    });

    it('takes only what comes when told to', async () => {
      await using world = await World.open(open);
      const { facts } = subjectsOf(world.stream);
      const commits = world.bus.commits(world.stream);
      await commits.store(world.told('k', 1), '1');

      const { taken, caughtUp } = world.follow([facts], 'new');
      await world.whenCaughtUp(caughtUp);
      await commits.store(world.told('k', 2), '2');
      await commits.store(world.told('k', 3), '3');
      await world.eventually(() => expect(taken.length).toBeGreaterThanOrEqual(2));

      expect(numbersOf(taken)).toEqual([2, 3]);
    });

    it('begins with a sequence, then takes what comes', async () => {
      await using world = await World.open(open);
      await world.askMany(5);

      const { taken, caughtUp } = world.follow([subjectsOf(world.stream).requests], 3);
      await world.whenCaughtUp(caughtUp);
      expect(taken.map(({ sequence }) => sequence)).toEqual([3, 4, 5]);

      await world.ask('k', 5);
      await world.eventually(() => expect(numbersOf(taken)).toEqual([2, 3, 4, 5]));
    });

    it('takes what several filters let pass, in the order of the stream', async () => {
      await using world = await World.open(open);
      const { facts, states } = subjectsOf(world.stream);

      await world.ask('k', 0);
      await world.commit('a', 0, stateOf('a', 2), [world.told('a', 1)]);
      const { taken, caughtUp } = world.follow([facts, states], 1);
      await world.whenCaughtUp(caughtUp);
      await world.commit('b', 0, stateOf('b', 4), [world.told('b', 3)]);
      await world.ask('k', 0);
      await world.eventually(() => expect(taken.length).toBeGreaterThanOrEqual(4));

      expect(numbersOf(taken)).toEqual([1, 2, 3, 4]);
    });

    it('lets pass one partition only, when the filter says so', async () => {
      await using world = await World.open(open);
      await world.askMany(20, (n) => `key ${n}`);

      const filter = `in.${world.stream.service}.2.*`;
      const taken = await world.contents(filter);

      expect(taken.length).toBeGreaterThan(0);
      expect(taken.length).toBeLessThan(20);
      for (const { subject } of taken) expect(subject).toBe(`in.${world.stream.service}.2.ask`);
    });

    it('has caught up only when all that was there is taken', async () => {
      await using world = await World.open(open);
      const messages = Array.from({ length: 900 }, (_, n) => world.told('k', n));
      await world.bus.commits(world.stream).commit({ messages });

      const { taken, caughtUp } = world.follow([subjectsOf(world.stream).facts], 1);
      let takenThen = -1;
      void caughtUp.then(() => {
        takenThen = taken.length;
      });
      await world.whenCaughtUp(caughtUp);

      expect(takenThen).toBe(900);
      expect(numbersOf(taken)).toEqual(messages.map((_, n) => n));
    });

    it('takes nothing on the stack of whoever begins or stores', async () => {
      await using world = await World.open(open);
      await world.ask('k', 0);

      const { taken, caughtUp } = world.follow([subjectsOf(world.stream).requests], 1);

      expect(taken).toHaveLength(0);
      await world.whenCaughtUp(caughtUp);
      expect(taken).toHaveLength(1);
    });

    it('takes nothing after it was stopped', async () => {
      await using world = await World.open(open);
      const { taken, caughtUp, stop } = world.follow([subjectsOf(world.stream).requests], 1);
      await world.whenCaughtUp(caughtUp);

      await stop();
      await world.ask('k', 1);
      await world.advance(200);

      expect(taken).toHaveLength(0);
    });

    it('waits for a stream that is not there yet', async () => {
      await using world = new World(await open());
      const { taken } = world.follow([subjectsOf(world.stream).requests], 'last');
      await world.advance(50);

      await world.bus.ensure({ streams: [world.stream], consumers: [] });
      await world.ask('k', 1);

      await world.eventually(() => expect(numbersOf(taken)).toEqual([1]));
    });

    it('takes nothing away from a consumer', async () => {
      await using world = await World.open(open);
      await world.askMany(3);

      expect(await world.contents(subjectsOf(world.stream).requests)).toHaveLength(3);

      await world.eventually(async () =>
        expect(await world.bus.lag(world.consumer)).toEqual({ pending: 3, unacknowledged: 0 }),
      );
    });
  });
};
