import { describe, expect, it } from 'vitest';
import { subjectsOf } from '../../src/contracts/streams.ts';
import type { OutboundMessage } from '../../src/infra/pipeline/ports.ts';
import { bodyOf, numbersOf, type OpenBus, World } from './bus-under-test.ts';

/** Single messages that are read, and those of which there can only be one. */
export const messagesSuite = (open: OpenBus): void => {
  const rulingIn = ({ stream }: World, sequence: number, by: string): OutboundMessage => ({
    subject: `ruling.${stream.service}.0.${sequence}`,
    headers: {},
    body: JSON.stringify({ by }),
  });

  describe('reading single messages', () => {
    it('finds one by its sequence, with its headers, body and time', async () => {
      await using world = await World.open(open);
      const told = world.told('k', 7);
      await world.bus.commits(world.stream).commit({ messages: [world.told('k', 6), told] });

      const message = await world.bus.messages(world.stream.name).at(2);

      expect(message).toMatchObject({ subject: told.subject, sequence: 2 });
      expect(message?.stream).toBe(world.stream.name);
      expect(message && bodyOf(message)).toEqual({ key: 'k', n: 7 });
      expect(message?.header('ce-id')).toBe(told.headers['ce-id']);
      expect(message?.allHeaders()).toMatchObject(told.headers);
      const [same] = (await world.contents(told.subject)).slice(1);
      expect(message?.storedAt).toBe(same?.storedAt);
    });

    it('finds the next one under a filter, from a sequence on', async () => {
      await using world = await World.open(open);
      const { name } = world.stream;
      await world.commit('k', 0, '{}', [world.told('k', 1)]);
      await world.bus.commits(world.stream).commit({ messages: [world.told('k', 3)] });
      const { facts } = subjectsOf(world.stream);

      const found = [1, 2, 3, 4].map((from) => world.bus.messages(name).next(facts, from));

      expect((await Promise.all(found)).map((message) => message?.sequence)).toEqual([
        1,
        3,
        3,
        undefined,
      ]);
    });

    it('finds the last one under a filter', async () => {
      await using world = await World.open(open);
      const messages = [world.told('a', 1), world.told('b', 2)];
      await world.bus.commits(world.stream).commit({ messages });
      await world.commit('k', 0, '{}');

      const last = await world.bus.messages(world.stream.name).last(subjectsOf(world.stream).facts);

      expect(last && numbersOf([last])).toEqual([2]);
    });

    it('finds nothing where there is nothing', async () => {
      await using world = await World.open(open);
      const reader = world.bus.messages(world.stream.name);

      expect(await reader.at(1)).toBeUndefined();
      expect(await reader.next('fact.>', 1)).toBeUndefined();
      expect(await reader.last('fact.>')).toBeUndefined();
    });
  });

  describe('claiming a subject', () => {
    it('lets the first one have it, with everything that was committed beside', async () => {
      await using world = await World.open(open);
      const commits = world.bus.commits(world.stream);
      const claim = rulingIn(world, 5, 'anna');

      expect((await commits.commit({ claim, messages: [world.told('k', 1)] })).kind).toBe(
        'committed',
      );

      expect(await world.contents(claim.subject)).toHaveLength(1);
      expect(await world.contents(subjectsOf(world.stream).facts)).toHaveLength(1);
    });

    it('stores nothing of whoever comes later, nor spoils those at the same time', async () => {
      await using world = await World.open(open);
      const commits = world.bus.commits(world.stream);
      await commits.commit({ claim: rulingIn(world, 5, 'anna'), messages: [] });

      const results = await Promise.all([
        commits.commit({ claim: rulingIn(world, 4, 'bert'), messages: [world.told('k', 4)] }),
        commits.commit({ claim: rulingIn(world, 5, 'bert'), messages: [world.told('k', 5)] }),
        commits.commit({ claim: rulingIn(world, 6, 'bert'), messages: [world.told('k', 6)] }),
      ]);

      expect(results.map(({ kind }) => kind)).toEqual(['committed', 'stale', 'committed']);
      expect(numbersOf(await world.contents(subjectsOf(world.stream).facts))).toEqual([4, 6]);
      const [ruling] = await world.contents(rulingIn(world, 5, '').subject);
      expect(ruling && bodyOf(ruling)).toEqual({ by: 'anna' });
    });

    it('lets exactly one of two have it who ask at once', async () => {
      await using world = await World.open(open);
      // Two processes have a commit of their own each.
      const both = ['anna', 'bert'].map((by) =>
        world.bus.commits(world.stream).commit({ claim: rulingIn(world, 5, by), messages: [] }),
      );

      const kinds = (await Promise.all(both)).map(({ kind }) => kind);

      expect(kinds.sort()).toEqual(['committed', 'stale']);
    });
  });
};
