import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeOf, subjectsOf } from '../../../src/contracts/streams.ts';
import type { Following } from '../../../src/infra/pipeline/ports.ts';
import { numbersOf, type World } from '../../conformance/bus-under-test.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { openWorld } from '../../support/world-on-nats.ts';

let server: NatsServer;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

const askAll = async (world: World, from: number, to: number): Promise<void> => {
  for (let n = from; n < to; n++) {
    await soon(() => world.ask(`key ${n % 10}`, n, `${world.stream.service}-${n}`), 20_000);
  }
};

const requestsOf = (world: World, from: Following['from']) =>
  world.follow([subjectsOf(world.stream).requests], from);

/** Deletes the consumers that followers have made for themselves. */
const deleteFollowers = async ({ stream }: World): Promise<number> => {
  const connection = await connect({ servers: server.url });
  const manager = await connection.jetstreamManager();
  let deleted = 0;
  for await (const { name, config } of manager.consumers.list(stream.name)) {
    if (config.durable_name) continue;
    await manager.consumers.delete(stream.name, name);
    deleted++;
  }
  await connection.close();
  return deleted;
};

/** Freezes the server for longer than its pulls are open. */
const stallFor = async (ms: number): Promise<void> => {
  await server.kill('SIGSTOP');
  await sleep(ms);
  await server.kill('SIGCONT');
};

describe('a follower', () => {
  it('goes on without a gap or a double after its consumer was deleted', async () => {
    await using world = await openWorld(server);
    await askAll(world, 0, 50);
    const { taken, caughtUp } = requestsOf(world, 1);
    await caughtUp;

    const publishing = askAll(world, 50, 150);
    for (let times = 0; times < 3; times++) {
      await sleep(40);
      await soon(async () => expect(await deleteFollowers(world)).toBeGreaterThan(0));
      await soon(() => expect(taken.length).toBeGreaterThan(50 + times));
    }
    await publishing;

    await soon(() => expect(taken.length).toBeGreaterThanOrEqual(150));
    expect(numbersOf(taken)).toEqual(numbers(150));
  });

  it('goes on without a gap or a double after the server was killed', async () => {
    await using world = await openWorld(server);
    await askAll(world, 0, 20);
    const { taken, caughtUp } = requestsOf(world, 1);
    const fresh = requestsOf(world, 'new');
    await caughtUp;
    await fresh.caughtUp;

    const publishing = askAll(world, 20, 200);
    for (let kills = 0; kills < 2; kills++) {
      await sleep(100);
      await server.restart();
    }
    await publishing;

    await soon(() => expect(taken.length).toBeGreaterThanOrEqual(200));
    await soon(() => expect(fresh.taken.length).toBeGreaterThanOrEqual(180));
    expect(numbersOf(taken)).toEqual(numbers(200));
    expect(numbersOf(fresh.taken)).toEqual(numbers(200).slice(20));
  });

  it('knows the last state of every key when it has caught up, whatever happens meanwhile', async () => {
    await using world = await openWorld(server);
    const commit = async (key: string, revision: number, n: number): Promise<number> => {
      const result = await world.commit(key, revision, JSON.stringify({ key, n }));
      return result.kind === 'committed' ? result.revision : 0;
    };
    const revisions = await Promise.all(numbers(500).map((n) => commit(`key ${n}`, 0, n)));

    const { taken, caughtUp } = world.follow([subjectsOf(world.stream).states], 'last');
    const moving = revisions
      .slice(0, 50)
      .map((revision, n) => commit(`key ${n}`, revision, n + 1000));
    await Promise.all([caughtUp, ...moving]);

    const last = new Map<string, number>();
    await soon(() => {
      for (const message of taken) {
        const { key, n } = JSON.parse(Buffer.from(message.body).toString('utf8'));
        last.set(key, n);
      }
      expect([...last].filter(([, n]) => n >= 1000)).toHaveLength(50);
    });
    expect(last.size).toBe(500);
    const sequences = taken.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  });

  it('knows every state although the server stalls while it fills, and drops one', async () => {
    await using world = await openWorld(server);
    const count = 10_000;
    const commits = world.bus.commits(world.stream);
    const record = JSON.stringify({ pad: 'x'.repeat(2000) });
    for (let from = 0; from < count; from += 500) {
      const some = numbers(500).map((n) => {
        const place = placeOf(world.stream, `key ${from + n}`);
        return commits.commit({ state: { place, revision: 0, record }, messages: [] });
      });
      for (const { kind } of await Promise.all(some)) expect(kind).toBe('committed');
    }
    const subjects = new Set<string>();
    let stall: Promise<void> | undefined;

    const follower = world.bus.follow({
      stream: world.stream,
      filters: [subjectsOf(world.stream).states],
      from: 'last',
      take: ({ subject }) => {
        subjects.add(subject);
        if (subjects.size === 1500) stall ??= stallFor(3_000);
      },
    });
    await follower.caughtUp;
    await stall;

    expect(subjects.size).toBe(count);
    await follower.stop();
  }, 60_000);

  it('goes on when what takes its messages fails', async () => {
    const troubles: string[] = [];
    await using world = await openWorld(server, {}, { onTrouble: (what) => troubles.push(what) });
    const taken: number[] = [];
    const follower = world.bus.follow({
      stream: world.stream,
      filters: [subjectsOf(world.stream).requests],
      from: 1,
      take: (message) => {
        if (message.sequence === 3) throw new Error('a bug');
        taken.push(message.sequence);
      },
    });

    await askAll(world, 0, 6);

    await soon(() => expect(taken).toEqual([1, 2, 4, 5, 6]));
    expect(troubles.join()).toContain('a bug');
    expect(world.bus.isConnected()).toBe(true);
    await follower.stop();
  });

  it('leaves nothing behind that the server keeps for long', async () => {
    await using world = await openWorld(server);
    const { caughtUp, stop } = requestsOf(world, 1);
    await caughtUp;
    await stop();

    const connection = await connect({ servers: server.url });
    const manager = await connection.jetstreamManager();
    for await (const { config } of manager.consumers.list(world.stream.name)) {
      if (config.durable_name) continue;
      expect(config.inactive_threshold).toBeLessThanOrEqual(60_000_000_000);
      expect(config.mem_storage).toBe(true);
    }
    await connection.close();
  });
});
