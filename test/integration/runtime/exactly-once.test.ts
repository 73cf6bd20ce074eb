import { connect } from 'nats';
import { describe, expect, it } from 'vitest';
import { cartStream } from '../../../src/contracts/cart/stream.ts';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import type { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { partitionConsumers } from '../../../src/infra/pipeline/partition-consumers.ts';
import {
  actualCarts,
  addProducts,
  type CartLoad,
  expectedCarts,
  expectedFacts,
  factsByCause,
  publishLoad,
} from '../../support/cart-load.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { WorkerProcess } from '../../support/worker-process.ts';
import { openBus } from '../../support/world-on-nats.ts';

/** Events that a worker of these tests holds at most: few, so that most are somewhere else. */
const prefetch = 256;

/** A server with products in it, and a way to start carts. */
const openShop = async () => {
  const server = await startNatsServer();
  await addProducts(server);
  const bus = await openBus(server);
  const start = async (ackWaitMs: number): Promise<WorkerProcess> => {
    const worker = new WorkerProcess('cart', {
      NATS_URL: server.url,
      ACK_WAIT_MS: String(ackWaitMs),
      PREFETCH: String(prefetch),
    });
    await soon(() => worker.healthUrl);
    return worker;
  };
  return {
    server,
    bus,
    start,
    [Symbol.asyncDispose]: async () => {
      await bus[Symbol.asyncDispose]();
      await server.stop();
    },
  };
};

const ownConsumer = {
  stream: cartStream,
  durable: 'cart',
  filter: subjectsOf(cartStream).requests,
};

const factCount = async (bus: NatsBus): Promise<number> => (await factsByCause(bus)).size;

/** Every event has its one fact, and the carts hold what they must. */
const expectExactlyOnce = async (bus: NatsBus, load: CartLoad, withinMs: number): Promise<void> => {
  await soon(async () => {
    expect(await bus.lag({ stream: cartStream, durable: 'cart' })).toEqual({
      pending: 0,
      unacknowledged: 0,
    });
  }, withinMs);
  expect(await factsByCause(bus)).toEqual(expectedFacts(load));
  expect(await actualCarts(bus, load)).toEqual(expectedCarts(load));
};

/** The sum of a counter over its label sets. */
const counterOf = async ({ healthUrl }: WorkerProcess, name: string): Promise<number> => {
  const text = await (await fetch(`${healthUrl}/metrics`)).text();
  const values = text.matchAll(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'gm'));
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
};

describe('a load of events', () => {
  it('has its effects exactly once when a replica is killed in the middle', async () => {
    const load = { events: 3000, users: 100 };
    await using shop = await openShop();
    await using victim = await shop.start(2000);
    await using survivor = await shop.start(2000);

    const publishing = publishLoad(shop.bus, load, { to: 1500 });
    await soon(async () => expect(await factCount(shop.bus)).toBeGreaterThan(300));
    // Frozen first, so that it is sure to die with events in its hands.
    victim.signal('SIGSTOP');
    await publishLoad(shop.bus, load, { from: 1500, to: 2000 });
    victim.signal('SIGKILL');
    expect(await victim.ends()).toBe('SIGKILL');
    await using successor = await shop.start(2000);
    await Promise.all([publishing, publishLoad(shop.bus, load, { from: 2000 })]);

    await expectExactlyOnce(shop.bus, load, 20_000);
    const redelivered = await Promise.all(
      [survivor, successor].map((worker) => counterOf(worker, 'millrace_events_redelivered_total')),
    );
    expect(redelivered[0]! + redelivered[1]!).toBeGreaterThan(0);
  }, 60_000);

  it('has its effects exactly once when the only replica is killed again and again', async () => {
    const load = { events: 1500, users: 30 };
    await using shop = await openShop();
    const publishing = publishLoad(shop.bus, load);

    for (let kills = 1; kills <= 3; kills++) {
      await using victim = await shop.start(1000);
      await soon(async () => expect(await factCount(shop.bus)).toBeGreaterThan(kills * 100));
      victim.signal('SIGKILL');
      await victim.ends();
    }
    await using _last = await shop.start(1000);
    await publishing;

    await expectExactlyOnce(shop.bus, load, 20_000);
  }, 60_000);

  it('has its effects exactly once when the server is killed in the middle', async () => {
    const load = { events: 1500, users: 5 };
    await using shop = await openShop();
    await using _worker = await shop.start(2000);

    const publishing = publishLoad(shop.bus, load);
    for (let kills = 1; kills <= 2; kills++) {
      await soon(async () => expect(await factCount(shop.bus)).toBeGreaterThan(kills * 200));
      await shop.server.restart();
    }
    await publishing;

    await expectExactlyOnce(shop.bus, load, 20_000);
  }, 60_000);

  it('has its effects exactly once when its consumer is deleted, and everything comes again', async () => {
    // Far more events of each key than a state remembers ids.
    const load = { events: 1500, users: 3 };
    await using shop = await openShop();
    await using worker = await shop.start(2000);
    await publishLoad(shop.bus, load);
    await expectExactlyOnce(shop.bus, load, 20_000);

    const connection = await connect({ servers: shop.server.url });
    const manager = await connection.jetstreamManager();
    for (const { durable } of partitionConsumers(ownConsumer)) {
      await manager.consumers.delete(cartStream.name, durable);
    }
    await connection.close();
    await soon(async () => {
      const received = await counterOf(worker, 'millrace_events_received_total');
      expect(received).toBeGreaterThanOrEqual(2 * load.events);
    });

    await expectExactlyOnce(shop.bus, load, 20_000);
  }, 60_000);

  it('loses nothing and waits for no lease when a replica is told to stop', async () => {
    const load = { events: 1500, users: 100 };
    await using shop = await openShop();
    // With this lease, whatever was stranded would come long after the test.
    await using leaver = await shop.start(60_000);

    const publishing = publishLoad(shop.bus, load, { to: 1000 });
    await soon(async () => expect(await factCount(shop.bus)).toBeGreaterThan(200));
    leaver.signal('SIGTERM');
    const rest = publishLoad(shop.bus, load, { from: 1000 });
    expect(await leaver.ends()).toBe(0);
    const leftAt = await factCount(shop.bus);
    await using successor = await shop.start(60_000);
    await Promise.all([publishing, rest]);

    await expectExactlyOnce(shop.bus, load, 15_000);
    expect(leftAt).toBeLessThan(load.events);
    const drained = leaver.lines().find(({ msg }) => msg === 'drained');
    const consumers = drained?.['consumers'] as { handedBack: number; abandoned: number }[];
    expect(consumers.reduce((sum, { abandoned }) => sum + abandoned, 0)).toBe(0);
    expect(await counterOf(successor, 'millrace_dead_letters_total')).toBe(0);
    // What comes twice was in the leaver's lanes or on its way there, each at most its prefetch; some
    // of it twice, because a takeover recalls also what comes again by itself. Never the backlog.
    expect(await counterOf(successor, 'millrace_events_redelivered_total')).toBeLessThanOrEqual(
      3 * prefetch,
    );
  }, 60_000);

  it('is taken over by the others while one after the other is told to stop', async () => {
    const load = { events: 1500, users: 100 };
    await using shop = await openShop();
    await using first = await shop.start(60_000);
    await using second = await shop.start(60_000);

    const publishing = publishLoad(shop.bus, load);
    await soon(async () => expect(await factCount(shop.bus)).toBeGreaterThan(200));
    first.signal('SIGTERM');
    await using _third = await shop.start(60_000);
    expect(await first.ends()).toBe(0);
    second.signal('SIGTERM');
    expect(await second.ends()).toBe(0);
    await publishing;

    await expectExactlyOnce(shop.bus, load, 15_000);
  }, 60_000);
});
