import { AckPolicy, connect, type JetStreamManager, type NatsConnection } from 'nats';
import { expect, it } from 'vitest';
import { defineStream, type ServiceStream } from '../../../src/contracts/streams.ts';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { BusUnavailable } from '../../../src/infra/pipeline/errors.ts';
import { retentionOf } from '../../../src/infra/pipeline/retention.ts';
import { trim } from '../../../src/infra/pipeline/trim.ts';
import { type NatsCluster, startNatsCluster } from '../../support/nats-cluster.ts';
import { soon } from '../../support/soon.ts';

const watched = defineStream('watched', 1);
const orphaned = defineStream('orphaned', 1);
const consumerOf = ({ service }: ServiceStream) => `${service}-0`;

const openBus = ({ urls: servers }: NatsCluster): Promise<NatsBus> =>
  NatsBus.connect({ servers, name: 'test', replicas: 3, storage: 'file' });

/** A stream with ten events, of which its service has handled four. */
const fill = async (connection: NatsConnection, stream: ServiceStream) => {
  const manager = await connection.jetstreamManager();
  await manager.consumers.add(stream.name, {
    durable_name: consumerOf(stream),
    filter_subject: `in.${stream.service}.0.>`,
    ack_policy: AckPolicy.Explicit,
  });
  const jetstream = connection.jetstream();
  for (let n = 0; n < 10; n++) await jetstream.publish(`${stream.service}.do.k${n}`, '{}');
  const consumer = await jetstream.consumers.get(stream.name, consumerOf(stream));
  for (let n = 0; n < 4; n++) await (await consumer.next())?.ackAck();
};

/** A consumer that was just made has no leader for a moment, and then nobody answers. */
const leaderOf = (manager: JetStreamManager, stream: string, consumer: string): Promise<string> =>
  soon(async () => {
    const { cluster } = await manager.consumers.info(stream, consumer);
    if (!cluster?.leader) throw new Error(`${consumer} has no leader`);
    return cluster.leader;
  });

/** A server that has followers of the stream, and does not lead its durable consumer. */
const serverOfFollowers = async (manager: JetStreamManager): Promise<string> => {
  const leader = await leaderOf(manager, watched.name, consumerOf(watched));
  const listed = await manager.consumers.list(watched.name).next();
  const servers = listed
    .filter(({ config }) => config.durable_name === undefined)
    .map(({ cluster }) => cluster?.leader ?? '');
  const server = servers.find((each) => each !== '' && each !== leader);
  if (server === undefined) throw new Error('no follower is on another server');
  return server;
};

/** A lasting consumer on this server alone, with a name that followers might have had once. */
const lastingOn = async (manager: JetStreamManager, server: string): Promise<string> => {
  for (let n = 0; ; n++) {
    const durable_name = `Lasting${n}`;
    await manager.consumers.add(orphaned.name, {
      ...{ durable_name, num_replicas: 1, mem_storage: true },
      ack_policy: AckPolicy.Explicit,
    });
    if ((await leaderOf(manager, orphaned.name, durable_name)) === server) return durable_name;
    await manager.consumers.delete(orphaned.name, durable_name);
  }
};

const lagSeenBy = async (bus: NatsBus): Promise<number | undefined> => {
  const sight = await bus.watch.look(watched);
  const seen = sight?.consumers.find(({ consumer }) => consumer === consumerOf(watched));
  return seen && seen.pending + seen.unacknowledged;
};

it('reads lag and trims while a server with followers is dead, and says nothing while a lasting consumer does not answer', async () => {
  await using cluster = await startNatsCluster();
  await using bus = await openBus(cluster);
  const connection = await connect({ servers: cluster.urls, maxReconnectAttempts: -1 });
  await bus.ensure({ streams: [watched, orphaned], consumers: [] });
  const manager = await connection.jetstreamManager({ timeout: 1_000 });
  for (const stream of [watched, orphaned]) await fill(connection, stream);
  const followers = Array.from({ length: 8 }, () =>
    bus.follow({ stream: watched, filters: ['fact.watched.>'], from: 'new', take: () => {} }),
  );
  await Promise.all(followers.map(({ caughtUp }) => caughtUp));
  // One of nobody's of ours, whose name says nothing.
  await manager.consumers.add(watched.name, {
    ...{ ack_policy: AckPolicy.None, num_replicas: 1, filter_subject: 'fact.watched.>' },
  });
  expect(await soon(() => lagSeenBy(bus))).toBe(6);
  const victim = await serverOfFollowers(manager);
  const lasting = await lastingOn(manager, victim);
  expect(await soon(() => bus.lagsOf(orphaned))).toHaveLength(2);

  await cluster.named(victim).kill('SIGKILL');

  expect(await soon(() => lagSeenBy(bus), 25_000)).toBe(6);
  expect(await bus.lagsOf(watched)).toMatchObject([{ pending: 6 }]);
  const retention = retentionOf('test', { requestsMs: 1000, factsMs: 1000 });
  const now = Date.now() + 86_400_000;
  const [requests] = await trim({ stream: watched, retention, upkeep: bus.upkeep, now });
  expect(requests).toMatchObject({ kind: 'requests', trimmed: 4 });

  for (const ask of [() => bus.watch.look(orphaned), () => bus.lagsOf(orphaned)]) {
    const refused = await ask().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(BusUnavailable);
    expect(String(refused)).toContain(`${lasting} do not answer`);
  }
  await Promise.all(followers.map((follower) => follower.stop()));
  await connection.close();
}, 120_000);
