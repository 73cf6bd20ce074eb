import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeOf, subjectsOf } from '../../../src/contracts/streams.ts';
import type { CommitResult, OutboundMessage } from '../../../src/infra/pipeline/ports.ts';
import { bodyOf, type World } from '../../conformance/bus-under-test.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { openWorld } from '../../support/world-on-nats.ts';

let server: NatsServer;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

/** One committer, as a process has it. */
const committerOf = (world: World) => {
  const commits = world.bus.commits(world.stream);
  return (key: string, revision: number, n: number, facts = 2): Promise<CommitResult> =>
    commits.commit({
      state: { place: placeOf(world.stream, key), revision, record: JSON.stringify({ key, n }) },
      messages: Array.from({ length: facts }, () => world.told(key, n)),
    });
};

const factsOf = async (world: World) =>
  (await world.contents(subjectsOf(world.stream).facts)).map(bodyOf);

describe('group commit on a server', () => {
  it('tells 200 commits at once, stale ones among them, the truth, and stores nothing in part', async () => {
    const batches: number[] = [];
    await using world = await openWorld(
      server,
      {},
      { onBatch: ({ decisions }) => batches.push(decisions) },
    );
    const commit = committerOf(world);
    const keys = Array.from({ length: 200 }, (_, n) => `key ${n}`);
    const isStale = (n: number) => n % 7 === 3;
    await Promise.all(keys.map((key, n) => (isStale(n) ? commit(key, 0, -1, 0) : undefined)));

    const results = await Promise.all(keys.map((key, n) => commit(key, 0, n, n % 4)));

    const facts = await factsOf(world);
    for (const [n, key] of keys.entries()) {
      const read = await world.read(key);
      const told = facts.filter((fact) => fact.key === key);
      if (isStale(n)) {
        expect(results[n]).toEqual({ kind: 'stale' });
        expect(read?.record).toBe(JSON.stringify({ key, n: -1 }));
        expect(told).toEqual([]);
      } else {
        expect(results[n]).toEqual({ kind: 'committed', revision: read?.revision });
        expect(read?.record).toBe(JSON.stringify({ key, n }));
        expect(told).toHaveLength(n % 4);
      }
    }
    expect(batches.length).toBeLessThan(20);
  });

  it('keeps two processes from ever both winning', async () => {
    await using world = await openWorld(server);
    const committers = [committerOf(world), committerOf(world)];
    const revisions = new Map<string, number>();
    let won = 0;

    for (let round = 1; round <= 20; round++) {
      for (const key of ['a', 'b', 'c']) {
        const revision = revisions.get(key) ?? 0;
        const results = await Promise.all(committers.map((commit) => commit(key, revision, round)));
        const winners = results.flatMap((result) => (result.kind === 'committed' ? [result] : []));
        expect(winners).toHaveLength(1);
        revisions.set(key, winners[0]?.revision ?? 0);
        won++;
      }
    }

    expect(await factsOf(world)).toHaveLength(2 * won);
  });

  it('lets a message that is too large spoil no other decision', async () => {
    await using world = await openWorld(server);
    const commits = world.bus.commits(world.stream);
    const commit = committerOf(world);
    // One above what the stream takes, one above what the server takes at all.
    const huge = [600_000, 1_200_000].map((size): OutboundMessage => {
      const message = world.told('huge', 1);
      return { ...message, body: JSON.stringify({ key: 'huge', n: 1, text: 'x'.repeat(size) }) };
    });

    const results = await Promise.allSettled([
      commit('a', 0, 1),
      ...huge.map((message, index) =>
        commits.commit({
          state: { place: placeOf(world.stream, `huge ${index}`), revision: 0, record: '{}' },
          messages: [world.told('huge', 0), message],
        }),
      ),
      commit('b', 0, 2),
      commit('c', 0, 3),
    ]);

    const refused = { status: 'rejected', reason: { name: 'BusRefused', lasting: true } };
    const committed = { status: 'fulfilled', value: { kind: 'committed' } };
    expect(results).toMatchObject([committed, refused, refused, committed, committed]);
    expect((await factsOf(world)).map(({ n }) => n)).toEqual([1, 1, 2, 2, 3, 3]);
    expect(await world.read('huge 0')).toBeUndefined();
  });

  it('stores each decision whole or not at all while the server is killed', async () => {
    const own = await startNatsServer();
    await using world = await openWorld(own);
    const commit = committerOf(world);
    const committed = new Map<string, number>();
    let ambiguous = 0;
    let isOver = false;
    /** One key after the other, as a lane does it: what is stale or fails is looked up. */
    const lane = async (key: string): Promise<void> => {
      for (let n = 1; !isOver; n++) {
        const read = await soon(() => world.read(key), 20_000);
        const result = await commit(key, read?.revision ?? 0, n).catch(() => undefined);
        const now = await soon(() => world.read(key), 20_000);
        const isThere = now !== undefined && JSON.parse(now.record).n === n;
        if (result?.kind === 'committed') expect(now?.revision).toBe(result.revision);
        else ambiguous++;
        if (isThere) committed.set(key, (committed.get(key) ?? 0) + 1);
      }
    };

    const lanes = ['a', 'b', 'c', 'd', 'e'].map(lane);
    for (let kills = 0; kills < 3; kills++) {
      await sleep(200);
      await own.restart();
    }
    await sleep(300);
    isOver = true;
    await Promise.all(lanes);

    // Two facts for each decision that is there, and none for any other.
    const facts = await factsOf(world);
    for (const [key, count] of committed) {
      const told = facts.filter((fact) => fact.key === key);
      expect(told).toHaveLength(2 * count);
      expect(new Set(told.map(({ n }) => n)).size).toBe(count);
    }
    expect(committed.size).toBe(5);
    expect(ambiguous).toBeGreaterThan(0);
    await own.stop();
  });
});
