import type { NatsConnection } from 'nats';
import { beforeEach, expect, it } from 'vitest';
import { defineStream, type ServiceStream } from '../../../../src/contracts/streams.ts';
import { DeclaredPartitions } from '../../../../src/infra/nats/declared-partitions.ts';
import type { JsApi } from '../../../../src/infra/nats/js-api.ts';
import type { Topology } from '../../../../src/infra/pipeline/ports.ts';

const [own, consumed, followed] = ['own', 'consumed', 'followed'].map((name) =>
  defineStream(name, 4),
) as [ServiceStream, ServiceStream, ServiceStream];

/** How many partitions each stream has by now; nothing while it has no leader. */
let found: Map<string, number>;
let moved: string[];
let partitions: DeclaredPartitions;

beforeEach(() => {
  found = new Map([own, consumed, followed].map(({ name, partitions: count }) => [name, count]));
  moved = [];
  const ask = async (subject: string) => {
    const count = found.get(subject.replace('STREAM.INFO.', ''));
    if (count === undefined) throw new Error('no leader');
    return { config: { metadata: { 'millrace.partitions': String(count) } } };
  };
  partitions = new DeclaredPartitions({
    connection: { isClosed: () => false } as unknown as NatsConnection,
    api: { ask } as unknown as JsApi,
    show: () => {},
    onTrouble: () => {},
    onMoved: (why) => moved.push(why),
  });
  const consumers = [own, consumed].map((stream) => ({ stream, durable: 'own' }));
  partitions.declare({
    streams: [own],
    others: [consumed, followed],
    consumers,
  } as unknown as Topology);
  partitions.disconnected();
});

it('lets write over a new connection once its own and its consumed streams are as declared', async () => {
  for (const { name } of [own, consumed]) {
    found.delete(name);
    const going = partitions.reconnected();
    await expect(partitions.confirmed(50)).rejects.toThrow('not confirmed');
    found.set(name, 4);
    expect(await going).toBe(true);
    await partitions.confirmed();
    partitions.disconnected();
  }
});

it('does not wait for a stream that it only follows', async () => {
  found.delete(followed.name);

  expect(await partitions.reconnected()).toBe(true);
  await partitions.confirmed(50);

  partitions.disconnected();
});

it.each([own, consumed, followed])('finds out that $name has another number', async ({ name }) => {
  found.set(name, 8);

  const mayGoOn = await partitions.reconnected();

  expect(mayGoOn).toBe(name === followed.name);
  await expect.poll(() => moved).toHaveLength(1);
  expect(moved[0]).toContain(`stream ${name} has 8 partitions`);
});
