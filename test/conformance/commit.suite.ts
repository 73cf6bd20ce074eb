import { describe, expect, it } from 'vitest';
import { placeOf, subjectsOf } from '../../src/contracts/streams.ts';
import { encodeEvent } from '../../src/infra/pipeline/encode.ts';
import { bodyOf, envelopeOf, numbersOf, type OpenBus, World } from './bus-under-test.ts';

/** Commits, states, and single messages that are stored. */
export const commitSuite = (open: OpenBus): void => {
  describe('committing', () => {
    it('writes state and facts together, and reads the state back at once', async () => {
      await using world = await World.open(open);
      const record = JSON.stringify({ total: 1, name: 'Ærø 🥛' });

      const result = await world.commit('k', 0, record, [world.told('k', 1), world.told('k', 2)]);
      const read = await world.read('k');

      expect(result).toEqual({ kind: 'committed', revision: read?.revision });
      expect(read?.record).toBe(record);
      expect(numbersOf(await world.contents(subjectsOf(world.stream).facts))).toEqual([1, 2]);
    });

    it('knows no state of a key that has none', async () => {
      await using world = await World.open(open);

      expect(await world.read('k')).toBeUndefined();
    });

    it('stores nothing when the state has moved on', async () => {
      await using world = await World.open(open);
      const first = await world.commit('k', 0, '1');
      const revision = first.kind === 'committed' ? first.revision : 0;

      const stale = await Promise.all([
        world.commit('k', 0, '2', [world.told('k', 2)]),
        world.commit('k', revision + 1, '3', [world.told('k', 3)]),
        world.commit('unknown', revision, '4', [world.told('unknown', 4)]),
      ]);

      expect(stale).toEqual([{ kind: 'stale' }, { kind: 'stale' }, { kind: 'stale' }]);
      expect(await world.read('k')).toEqual({ revision, record: '1' });
      expect(await world.read('unknown')).toBeUndefined();
      expect(await world.contents(subjectsOf(world.stream).facts)).toHaveLength(0);
    });

    it('lets a key move on from revision to revision', async () => {
      await using world = await World.open(open);
      let revision = 0;

      for (let n = 1; n <= 5; n++) {
        const result = await world.commit('k', revision, String(n), [world.told('k', n)]);
        expect(result.kind).toBe('committed');
        if (result.kind === 'committed') revision = result.revision;
        expect(await world.read('k')).toEqual({ revision, record: String(n) });
      }
    });

    it('says the true revision of each of many commits at once', async () => {
      await using world = await World.open(open);
      const keys = Array.from({ length: 40 }, (_, n) => `key ${n}`);

      const results = await Promise.all(
        keys.map((key, n) =>
          world.commit(
            key,
            0,
            JSON.stringify({ n }),
            Array.from({ length: n % 4 }, () => world.told(key, n)),
          ),
        ),
      );

      for (const [n, key] of keys.entries()) {
        const read = await world.read(key);
        expect(read?.record).toBe(JSON.stringify({ n }));
        expect(results[n]).toEqual({ kind: 'committed', revision: read?.revision });
      }
    });

    it('lets exactly one of two racing commits of a key win', async () => {
      await using world = await World.open(open);

      for (let round = 0; round < 5; round++) {
        const key = `key ${round}`;
        const results = await Promise.all(
          [1, 2].map((n) => world.commit(key, 0, String(n), [world.told(key, n)])),
        );

        const winner = results.findIndex(({ kind }) => kind === 'committed');
        expect(results.map(({ kind }) => kind).sort()).toEqual(['committed', 'stale']);
        expect((await world.read(key))?.record).toBe(String(winner + 1));
        const facts = (await world.contents(subjectsOf(world.stream).facts)).map(bodyOf);
        expect(facts.filter((fact) => fact.key === key)).toEqual([{ key, n: winner + 1 }]);
      }
    });

    it('lets a stale commit spoil none of those at the same time', async () => {
      await using world = await World.open(open);
      await world.commit('key 3', 0, 'old');

      const results = await Promise.all(
        Array.from({ length: 8 }, (_, n) => world.commit(`key ${n}`, 0, 'new')),
      );

      expect(results.map(({ kind }) => kind)).toEqual(
        Array.from({ length: 8 }, (_, n) => (n === 3 ? 'stale' : 'committed')),
      );
      expect((await world.read('key 3'))?.record).toBe('old');
    });

    it('brings the requests in a commit to the consumer, each in its partition', async () => {
      await using world = await World.open(open);
      const inbox = world.start();
      const keys = ['a', 'b', 'whole milk', 'Ærø'];
      const requests = keys.map((key, n) => {
        const event = world.contracts.Ask({ key, n });
        return encodeEvent(event, envelopeOf(event, `caused.${n}`));
      });

      await world.commit('k', 0, '{}', [world.told('k', 9), ...requests]);
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(keys.length));

      const found = inbox.deliveries.map(({ message }) => message);
      expect(found.map((message) => message.header('ce-id'))).toEqual(
        keys.map((_, n) => `caused.${n}`),
      );
      expect(found.map(({ subject }) => subject)).toEqual(
        keys.map((key) => `in.${world.stream.service}.${placeOf(world.stream, key).partition}.ask`),
      );
    });

    it('stores all messages of a commit without a state, in their order', async () => {
      await using world = await World.open(open);
      const messages = Array.from({ length: 50 }, (_, n) => world.told(`key ${n}`, n));

      const result = await world.bus.commits(world.stream).commit({ messages });

      expect(result.kind).toBe('committed');
      expect(numbersOf(await world.contents(subjectsOf(world.stream).facts))).toEqual(
        messages.map((_, n) => n),
      );
    });

    it('accepts a commit of nothing', async () => {
      await using world = await World.open(open);

      const result = await world.bus.commits(world.stream).commit({ messages: [] });

      expect(result.kind).toBe('committed');
    });

    it('keeps only the last state of a key', async () => {
      await using world = await World.open(open);
      let revision = 0;
      for (let n = 1; n <= 4; n++) {
        const result = await world.commit('k', revision, JSON.stringify({ key: 'k', n }));
        if (result.kind === 'committed') revision = result.revision;
      }
      await world.commit('other', 0, JSON.stringify({ key: 'other', n: 9 }));

      expect(numbersOf(await world.contents(subjectsOf(world.stream).states))).toEqual([4, 9]);
    });

    it('keeps the states of awkward keys apart', async () => {
      await using world = await World.open(open);
      const keys = ['a b', 'a.b', 'a*b', 'a>b', '*', '>', '~', 'A', 'a'];

      for (const key of keys) await world.commit(key, 0, JSON.stringify(key));

      for (const key of keys) expect((await world.read(key))?.record).toBe(JSON.stringify(key));
    });

    it('stores a single message once under one id', async () => {
      await using world = await World.open(open);
      const commits = world.bus.commits(world.stream);

      await commits.store(world.told('k', 1), 'same');
      await commits.store(world.told('k', 1), 'same');
      await commits.store(world.told('k', 2), 'other');

      expect(numbersOf(await world.contents(subjectsOf(world.stream).facts))).toEqual([1, 2]);
    });
  });
};
