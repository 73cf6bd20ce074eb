import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, connect, type NatsConnection } from 'nats';
import { expect, it } from 'vitest';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { topologyOf } from '../../../src/infra/runtime/topology-of.ts';
import { type NatsCluster, startNatsCluster } from '../../support/nats-cluster.ts';
import { type ObserverUnderTest, startObserverOn } from '../../support/observer-under-test.ts';
import { publish } from '../../support/running-service.ts';
import { ShakyDo, shakyService } from '../../support/shaky-service.ts';
import { soon } from '../../support/soon.ts';

/** One durable consumer for the whole stream, so that all figures are in one place. */
const service = { ...shakyService, ordering: 'none' as const };
const { stream } = service;
const accounts = `
  accounts {
    $SYS { users = [{ user: "system", password: "system" }] }
    APP { jetstream: enabled, users = [{ user: "app", password: "app" }] }
  }
  no_auth_user: "app"`;

const using = async <Result>(
  options: ConnectionOptions,
  use: (connection: NatsConnection) => Promise<Result>,
): Promise<Result> => {
  const connection = await connect(options);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
};

interface Shown {
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly consumer_detail?: readonly {
        readonly cluster?: { readonly leader?: string };
        readonly num_pending: number;
        readonly num_ack_pending: number;
      }[];
    }[];
  }[];
}

/** What each server's own monitoring shows of the consumer: whether as its leader, and the figures. */
const monitoring = ({ urls }: NatsCluster) =>
  using({ servers: urls, user: 'system', pass: 'system' }, async (connection) => {
    const request = { account: 'APP', accounts: true, streams: true, consumer: true };
    const answers = await connection.requestMany(
      '$SYS.REQ.SERVER.PING.JSZ',
      JSON.stringify(request),
      { maxWait: 2_000, maxMessages: urls.length },
    );
    const shown: { isLeader: boolean; pending: number; unacknowledged: number }[] = [];
    for await (const answer of answers) {
      const { server, data } = answer.json<{ server: { name: string }; data: Shown }>();
      const [consumer] = (data.account_details ?? [])
        .flatMap(({ stream_detail = [] }) => stream_detail)
        .filter(({ name }) => name === stream.name)
        .flatMap(({ consumer_detail = [] }) => consumer_detail);
      if (!consumer) continue;
      shown.push({
        isLeader: consumer.cluster?.leader === server.name,
        pending: consumer.num_pending,
        unacknowledged: consumer.num_ack_pending,
      });
    }
    return shown;
  });

/** The name of the server that leads the consumer. */
const leaderOf = async (connection: NatsConnection): Promise<string> => {
  const manager = await connection.jetstreamManager();
  return (await manager.consumers.info(stream.name, service.name)).cluster?.leader ?? '';
};

/** Takes some events and acknowledges part of them, as a worker would. */
const take = (cluster: NatsCluster, taken: number, acknowledged: number) =>
  using({ servers: cluster.urls }, async (connection) => {
    const consumer = await connection.jetstream().consumers.get(stream.name, service.name);
    const messages = await consumer.fetch({ max_messages: taken, expires: 5_000 });
    let count = 0;
    for await (const message of messages) if (count++ < acknowledged) await message.ackAck();
    expect(count).toBe(taken);
  });

const stepDown = ({ urls }: NatsCluster): Promise<void> =>
  using({ servers: urls }, async (connection) => {
    const before = await leaderOf(connection);
    await connection.request(`$JS.API.CONSUMER.LEADER.STEPDOWN.${stream.name}.${service.name}`);
    await soon(async () => {
      const leader = await leaderOf(connection);
      expect(leader).toMatch(/^n\d$/);
      expect(leader).not.toBe(before);
    });
  });

/** Looks at the figures all the time; what it shows besides what is expected is kept. */
class Onlooker {
  readonly wrong: string[] = [];
  #isLooking = true;
  #looks = 0;
  readonly #done: Promise<void>;

  constructor(observers: readonly ObserverUnderTest[], expected: string) {
    this.#done = this.#look(observers, expected);
  }

  async end(): Promise<number> {
    this.#isLooking = false;
    await this.#done;
    return this.#looks;
  }

  async #look(observers: readonly ObserverUnderTest[], expected: string): Promise<void> {
    while (this.#isLooking) {
      for (const observer of observers) {
        const seen = await figuresOf(observer);
        // Nothing is an honest answer while nobody knows.
        if (seen !== expected && seen !== 'nothing') this.wrong.push(seen);
        this.#looks++;
      }
      await sleep(20);
    }
  }
}

const figuresOf = async (observer: ObserverUnderTest): Promise<string> => {
  const labels = { consumer: service.name, stream: stream.name };
  const [pending] = await observer.values('millrace_consumer_pending_events', labels);
  const [taken] = await observer.values('millrace_consumer_unacknowledged_events', labels);
  const { status, body } = await observer.lag(service.name);
  if (pending === undefined || taken === undefined || status !== 200) return 'nothing';
  return `${pending} pending, ${taken} unacknowledged, ${body['waitingEvents']} waiting`;
};

it('shows what the leader of a consumer says while it moves and its server ends, and never what followers say', async () => {
  await using cluster = await startNatsCluster({ extraConfig: accounts });
  await using bus = await NatsBus.connect({
    ...{ servers: cluster.urls, name: 'setup' },
    ...{ replicas: 3, storage: 'file' },
  });
  await bus.ensure(topologyOf(service, 60_000));
  const ids = Array.from({ length: 1_000 }, (_, n) => n);
  await Promise.all(ids.map((n) => publish(bus, ShakyDo({ key: `k${n % 20}`, n }), `event-${n}`)));
  await take(cluster, 400, 350);
  await using one = await startObserverOn(cluster.urls, [stream]);
  await using other = await startObserverOn(cluster.urls, [stream]);
  const truth = '600 pending, 50 unacknowledged, 650 waiting';
  for (const observer of [one, other]) {
    await soon(async () => expect(await figuresOf(observer)).toBe(truth));
    expect(await observer.values('millrace_stream_current_replicas')).toContain(3);
  }

  // What an exporter of the servers' own figures would add up.
  const shown = await monitoring(cluster);
  expect(shown).toHaveLength(3);
  const isTrue = { pending: 600, unacknowledged: 50 };
  for (const { isLeader, ...figures } of shown) {
    if (isLeader) expect(figures).toEqual(isTrue);
    else expect(figures).not.toEqual(isTrue);
  }

  const onlooker = new Onlooker([one, other], truth);
  for (let times = 0; times < 3; times++) await stepDown(cluster);
  await soon(async () => {
    const elected = { stream: stream.name, advisory: 'leader-elected' };
    const [count] = await other.values('millrace_broker_advisories_total', elected);
    expect(count).toBeGreaterThanOrEqual(3);
  });
  const leader = await using({ servers: cluster.urls }, leaderOf);
  await cluster.named(leader).kill('SIGKILL');
  await soon(async () => {
    expect(await one.values('millrace_stream_current_replicas', { stream: stream.name })).toEqual([
      2,
    ]);
  }, 30_000);
  await soon(async () => expect(await figuresOf(other)).toBe(truth), 30_000);
  expect(await onlooker.end()).toBeGreaterThan(50);
  expect(onlooker.wrong).toEqual([]);

  // Without a majority nobody leads, and nobody may answer for a leader.
  const [running] = cluster.servers.filter((server) => server.isRunning);
  await running?.kill('SIGKILL');
  await soon(async () => {
    for (const observer of [one, other]) expect(await figuresOf(observer)).toBe('nothing');
  }, 40_000);
  const { status, body } = await one.lag(service.name);
  expect(status).toBe(503);
  expect(body['error']).toMatch(/^not known: the stream SHAKY/);
  expect(body).not.toHaveProperty('waitingEvents');
  expect(await one.values('millrace_observation_timestamp_seconds')).toHaveLength(1);
  expect((await one.values('millrace_observation_errors_total'))[0]).toBeGreaterThan(0);
}, 120_000);
