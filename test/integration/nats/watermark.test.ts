import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/infra/pipeline/delivery.ts';
import { partitionConsumers } from '../../../src/infra/pipeline/partition-consumers.ts';
import type { ConsumerDeclaration } from '../../../src/infra/pipeline/ports.ts';
import { type Inbox, numbersOf, World } from '../../conformance/bus-under-test.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { openBus, openWorld } from '../../support/world-on-nats.ts';

let server: NatsServer;
let admin: NatsConnection;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

let world: World;

const changes: Partial<ConsumerDeclaration> = {
  ordering: 'key',
  acknowledge: 'watermark',
  recognises: false,
  ackWaitMs: 5_000,
};

beforeEach(async () => {
  admin = await connect({ servers: server.url });
  world = await openWorld(server, changes);
});

afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await admin.close();
});

/** Five events of one key, delivered to an owner. */
const deliverFive = async (): Promise<Inbox> => {
  const inbox = world.start({ ordering: 'key' });
  await world.askMany(5);
  await soon(() => expect(inbox.deliveries).toHaveLength(5));
  return inbox;
};

const nth = ({ deliveries }: Inbox, n: number): Delivery => {
  const delivery = deliveries[n];
  if (!delivery) throw new Error(`nothing was delivered as number ${n}`);
  return delivery;
};

/** What the broker says of the consumers of all partitions. */
const consumers = async () => {
  const manager = await admin.jetstreamManager();
  const durables = partitionConsumers(world.consumer).map(({ durable }) => durable);
  return Promise.all(durables.map((durable) => manager.consumers.info(world.stream.name, durable)));
};

const unacknowledged = async (): Promise<number> =>
  (await consumers()).reduce((sum, { num_ack_pending }) => sum + num_ack_pending, 0);

/** The owner is gone without a word, and another process takes its place. */
const crashAndStartAgain = async (): Promise<Inbox> => {
  const bus = await openBus(server);
  const after = new World({
    bus,
    now: () => Date.now(),
    advance: (ms) => sleep(ms),
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  });
  await world.bus[Symbol.asyncDispose]();
  const same = Object.assign(after, { stream: world.stream, consumer: world.consumer });
  world = same;
  return same.start({ ordering: 'key' });
};

describe('acknowledging by watermark', () => {
  it('acknowledges nothing behind an event that is not finished, and all when it is', async () => {
    const inbox = await deliverFive();

    for (const n of [1, 2, 4]) inbox.settle(nth(inbox, n));
    await sleep(200);
    expect(await unacknowledged()).toBe(5);

    inbox.settle(nth(inbox, 0));
    await soon(async () => expect(await unacknowledged()).toBe(2));
    inbox.settle(nth(inbox, 3));
    await soon(async () => expect(await unacknowledged()).toBe(0));
  });

  it('gives all that was not finished to the next owner, in order, although nobody recognises it', async () => {
    const first = await deliverFive();
    for (const n of [0, 2, 4]) first.settle(nth(first, n));
    await soon(async () => expect(await unacknowledged()).toBe(4));

    const next = await crashAndStartAgain();

    await soon(() => expect(next.deliveries.length).toBeGreaterThanOrEqual(4), 15_000);
    expect(numbersOf(next.deliveries.map(({ message }) => message))).toEqual([1, 2, 3, 4]);
    for (const delivery of next.deliveries) next.settle(delivery);
    await soon(async () => expect(await unacknowledged()).toBe(0));
  }, 30_000);

  it('does not run again what is finished and waits for the watermark longer than a lease', async () => {
    const inbox = await deliverFive();
    for (const n of [1, 2, 3, 4]) inbox.settle(nth(inbox, n));
    const renewal = setInterval(() => nth(inbox, 0).extend(), 500);
    await sleep(8_000);
    clearInterval(renewal);

    expect(inbox.deliveries).toHaveLength(5);
    inbox.settle(nth(inbox, 0));
    await soon(async () => expect(await unacknowledged()).toBe(0));
  }, 20_000);

  it('erases an event only when all before it are finished: the broker would forget those', async () => {
    const inbox = await deliverFive();
    const requests = world.consumer.filter;

    inbox.settle(nth(inbox, 2), 'erase');
    await sleep(200);
    expect(await world.contents(requests)).toHaveLength(5);
    expect(await unacknowledged()).toBe(5);

    for (const n of [0, 1]) inbox.settle(nth(inbox, n));
    await soon(async () => expect(await world.contents(requests)).toHaveLength(4));
    await soon(async () => expect(await unacknowledged()).toBe(2));
  });

  it('goes on when an event that was to be erased is gone already', async () => {
    const inbox = await deliverFive();
    const { sequence } = nth(inbox, 1).message;
    inbox.settle(nth(inbox, 1), 'erase');
    const manager = await admin.jetstreamManager();
    await manager.streams.deleteMessage(world.stream.name, sequence);

    for (const n of [0, 2, 3, 4]) inbox.settle(nth(inbox, n));

    await soon(async () => expect(await unacknowledged()).toBe(0));
  });

  it('says so when it stands still behind an event, and goes on when that is finished', async () => {
    const troubles: string[] = [];
    await using narrow = await openWorld(
      server,
      { ...changes, maxAckPending: 3 },
      { onTrouble: (what) => troubles.push(what) },
    );
    const inbox = narrow.start({ ordering: 'key' });
    await narrow.askMany(5);
    await soon(() => expect(inbox.deliveries).toHaveLength(3));
    for (const n of [1, 2]) inbox.settle(nth(inbox, n));

    await soon(
      () => expect(troubles.join()).toMatch(/-\d stands still with 3 unacknowledged/),
      15_000,
    );
    expect(inbox.deliveries).toHaveLength(3);
    inbox.settle(nth(inbox, 0));

    await soon(() => expect(inbox.numbers()).toEqual([0, 1, 2, 3, 4]));
  }, 30_000);

  it('gives again, after the broker has ended and come back, what was not acknowledged to it', async () => {
    const inbox = await deliverFive();
    inbox.settle(nth(inbox, 0));
    await soon(async () => expect(await unacknowledged()).toBe(4));
    await server.restart();
    // The one that is acknowledged besides, if the server had not written that down.
    const again = () => inbox.numbers().slice(5);
    await soon(() => expect(again().filter((n) => n > 0)).toEqual([1, 2, 3, 4]), 15_000);

    for (const delivery of inbox.deliveries.slice(5)) inbox.settle(delivery);

    await soon(async () => expect(await unacknowledged()).toBe(0));
  }, 40_000);

  it('leaves consumers as they were made, and replicas of either kind serve them', async () => {
    await using other = await openWorld(server, { ...changes, acknowledge: 'each' });
    const declared: ConsumerDeclaration = { ...other.consumer, ...changes };

    await other.bus.ensure({ streams: [other.stream], consumers: [declared] });

    const inbox = other.start({ ordering: 'key', onTake: (one, box) => box.settle(one) });
    await other.askMany(20, (n) => `key-${n}`);
    await soon(() => expect(inbox.deliveries).toHaveLength(20));
    await soon(async () =>
      expect(await other.bus.lag(other.consumer)).toEqual({ pending: 0, unacknowledged: 0 }),
    );
    const manager = await admin.jetstreamManager();
    for await (const { config } of manager.consumers.list(other.stream.name)) {
      expect(config.ack_policy).toBe('explicit');
    }
  });

  it('makes a consumer again as it knew it: single acknowledgements are still on their way', async () => {
    await using other = await openWorld(server, { ...changes, acknowledge: 'each' });
    const declared: ConsumerDeclaration = { ...other.consumer, ...changes };
    const deliveries: Delivery[] = [];
    const running = other.bus.source(declared).start({
      room: () => 100,
      take: (delivery) => deliveries.push(delivery),
      acquire: () => {},
      release: async () => {},
    });
    await other.askMany(5);
    await soon(() => expect(deliveries).toHaveLength(5));
    const manager = await admin.jetstreamManager();
    const { stream, durable } = other.consumer;

    await manager.consumers.delete(stream.name, `${durable}-${deliveries[0]?.partition}`);

    await soon(async () => {
      const { config } = await manager.consumers.info(
        stream.name,
        `${durable}-${deliveries[0]?.partition}`,
      );
      expect(config.ack_policy).toBe('explicit');
    });
    await running.stop();
  }, 30_000);
});
