import { randomUUID } from 'node:crypto';
import { connect, headers } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineStream, subjectsOf } from '../../../src/contracts/streams.ts';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { TopologyConflict } from '../../../src/infra/pipeline/ports.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { openBus } from '../../support/world-on-nats.ts';

let server: NatsServer;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

const newTopology = () => {
  const stream = defineStream(`t${randomUUID().slice(0, 8)}`, 4);
  const consumer = {
    stream,
    durable: stream.service,
    filter: subjectsOf(stream).requests,
    ordering: 'none' as const,
    recognises: true,
    ackWaitMs: 30_000,
    maxAckPending: 1000,
  };
  return { stream, consumer, topology: { streams: [stream], consumers: [consumer] } };
};

/** What the server itself says. */
const configOf = async (name: string, durable: string) => {
  const connection = await connect({ servers: server.url });
  const manager = await connection.jetstreamManager();
  const stream = await manager.streams.info(name);
  const consumer = await manager.consumers.info(name, durable);
  const names = await manager.streams.names().next();
  await connection.close();
  return { stream: stream.config, consumer: consumer.config, created: stream.created, names };
};

describe('the topology on a server', () => {
  it('is made by five replicas at once, and left alone by all that come later', async () => {
    const { stream, topology } = newTopology();
    const buses = await Promise.all(Array.from({ length: 5 }, () => openBus(server)));

    await Promise.all(buses.map((bus) => bus.ensure(topology)));
    const before = await configOf(stream.name, stream.service);
    await Promise.all(buses.map((bus) => bus.ensure(topology)));

    const after = await configOf(stream.name, stream.service);
    expect(after).toEqual(before);
    expect(after.names).toEqual([stream.name]);
    expect(after.stream).toMatchObject({
      retention: 'limits',
      discard: 'new',
      storage: 'file',
      allow_atomic: true,
      allow_rollup_hdrs: true,
    });
    expect(after.consumer).toMatchObject({ ack_policy: 'explicit', max_deliver: -1 });
    await Promise.all(buses.map((bus) => bus[Symbol.asyncDispose]()));
  });

  it('takes over what is harmless', async () => {
    const { stream, consumer, topology } = newTopology();
    await using bus = await openBus(server);
    await bus.ensure(topology);
    const limited = { servers: [server.url], name: 'limited', replicas: 1, maxBytes: 5_000_000 };
    await using another = await NatsBus.connect({ ...limited, storage: 'file' });

    await another.ensure({ streams: [stream], consumers: [{ ...consumer, ackWaitMs: 5000 }] });

    const changed = await configOf(stream.name, stream.service);
    expect(changed.stream.max_bytes).toBe(5_000_000);
    expect(changed.consumer.ack_wait).toBe(5_000_000_000);
  });

  it('refuses another storage, printing both', async () => {
    const { stream, topology } = newTopology();
    await using bus = await openBus(server);
    await bus.ensure(topology);
    const volatile = { servers: [server.url], name: 'volatile', replicas: 1 };
    await using another = await NatsBus.connect({ ...volatile, storage: 'memory' });

    const refused = another.ensure(topology);

    await expect(refused).rejects.toThrow(TopologyConflict);
    await expect(refused).rejects.toThrow(
      `stream ${stream.name} differs and is left as it is: storage is "file", declared "memory"`,
    );
    expect((await configOf(stream.name, stream.service)).stream.storage).toBe('file');
  });

  it('refuses another number of partitions, printing both, and moves no key', async () => {
    const { stream, topology } = newTopology();
    await using bus = await openBus(server);
    await bus.ensure(topology);

    const refused = bus.ensure({ streams: [{ ...stream, partitions: 8 }], consumers: [] });

    await expect(refused).rejects.toThrow(TopologyConflict);
    await expect(refused).rejects.toThrow(
      /has 4 partitions, declared are 8: .*docs\/partitions\.md/,
    );
    const { stream: kept } = await configOf(stream.name, stream.service);
    expect(kept.subject_transform?.dest).toContain('partition(4,2)');
  });

  it('refuses a stream that somebody else made with other subjects', async () => {
    const { stream, topology } = newTopology();
    const connection = await connect({ servers: server.url });
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: stream.name, subjects: [`${stream.service}.>`] });
    await connection.close();
    await using bus = await openBus(server);

    const refused = bus.ensure(topology);

    await expect(refused).rejects.toThrow(TopologyConflict);
    await expect(refused).rejects.toThrow(/subject_transform is undefined, declared/);
  });

  it('refuses an event that would end by itself, before anybody has handled it', async () => {
    const { stream, topology } = newTopology();
    await using bus = await openBus(server);
    await bus.ensure(topology);
    const connection = await connect({ servers: server.url });
    const short = headers();
    short.set('Nats-TTL', '1s');

    const answer = await connection.request(`${stream.service}.ask.k`, '{}', {
      headers: short,
      timeout: 3000,
    });

    expect(answer.json()).toMatchObject({ error: { err_code: 10166 } });
    await connection.close();
  });
});
