import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsServer } from '../../support/nats-server.ts';
import { type Scenario, scenario } from '../scenario.ts';
import { leaderOf } from '../world/broker.ts';
import { consumersOf } from '../world/raw-stream.ts';
import type { World } from '../world/world.ts';

const leader = ({ admin, broker, subject, insist }: World): Promise<NatsServer> =>
  insist(() => leaderOf(admin, broker, subject.stream));

const cluster = (definition: Omit<Scenario, 'target' | 'broker'>): Scenario =>
  scenario({
    ...definition,
    target: 'cluster',
    broker: 'cluster',
    load: { events: 4_000, perSecond: 200, ...definition.load },
  });

const killFor = async ({ note }: World, servers: readonly NatsServer[], ms: number) => {
  note(`kills ${servers.length} of the servers for ${ms} ms`);
  await Promise.all(servers.map((server) => server.kill('SIGKILL')));
  await sleep(ms);
  await Promise.all(servers.map((server) => server.start()));
};

/**
 * A server's followers wait 4 to 9 s before they elect another leader, each stream and each consumer
 * by itself, and again that long when nobody wins (nats-server, `raft.go`). Then workers ask again.
 */
const twoElectionsMs = 20_000;

export const killLeader = cluster({
  name: 'kill-leader',
  says: 'the server that leads the stream is killed (-9) for three seconds, three times',
  longestStallMs: twoElectionsMs,
  strike: async (world) => {
    for (const part of [0.15, 0.35, 0.55]) {
      await world.load.share(part);
      await killFor(world, [await leader(world)], 3_000);
    }
  },
});

export const stepDown = cluster({
  name: 'step-down',
  says: 'the leaders of the stream and of all its consumers step down, five times',
  longestStallMs: 10_000,
  strike: async ({ admin, subject, load, note, insist }) => {
    const { stream, service } = subject;
    for (const part of [0.15, 0.25, 0.35, 0.45, 0.55]) {
      await load.share(part);
      note('leaders step down');
      await insist(() => admin.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`));
      for (const { name } of await insist(() => consumersOf(admin, stream, service))) {
        await insist(() => admin.request(`$JS.API.CONSUMER.LEADER.STEPDOWN.${stream}.${name}`));
      }
    }
  },
});

export const killTwo = cluster({
  name: 'kill-two-of-three',
  says: 'two of three servers are killed (-9) for five seconds: there is no majority, then there is',
  strike: async (world) => {
    const { broker, load } = world;
    for (const part of [0.2, 0.5]) {
      await load.share(part);
      const first = await leader(world);
      const other = world.random.pick(broker.servers.filter((server) => server !== first));
      await killFor(world, [first, other], 5_000);
    }
  },
});

export const killAllServers = cluster({
  name: 'kill-all-servers',
  says: 'all three servers are killed (-9) at once and start again',
  strike: async (world) => {
    for (const part of [0.25, 0.55]) {
      await world.load.share(part);
      await killFor(world, world.broker.servers, 1_000);
    }
  },
});

export const rollingServers = cluster({
  name: 'rolling-servers',
  says: 'one server after the other is told to stop (SIGTERM) and starts again, as in an upgrade',
  longestStallMs: 15_000,
  load: { events: 5_000 },
  strike: async ({ broker, load, note }) => {
    for (const [index, server] of broker.servers.entries()) {
      await load.share(0.1 + 0.25 * index);
      note(`SIGTERM to server ${index}`);
      await server.kill('SIGTERM');
      await sleep(1_000);
      await server.start();
    }
  },
});

export const frozenLeader = cluster({
  name: 'frozen-leader',
  says: 'the server that leads the stream stands still (SIGSTOP) for eight seconds and wakes up',
  strike: async (world) => {
    await world.load.share(0.25);
    const server = await leader(world);
    world.note('SIGSTOP to the leader');
    await server.kill('SIGSTOP');
    await sleep(8_000);
    await server.kill('SIGCONT');
  },
});
