import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineStream } from '../../../src/contracts/streams.ts';
import type { World } from '../../conformance/bus-under-test.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { sinkOf } from '../../support/sink-of.ts';
import { soon } from '../../support/soon.ts';
import { openBus, openWorld } from '../../support/world-on-nats.ts';

let server: NatsServer;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

/** Publishes as fast as it goes: 0, 1, 2 … */
const flood = (world: World, count: number, from = 0) =>
  Promise.all(Array.from({ length: count }, (_, n) => world.ask(`key ${n % 50}`, from + n)));

const numbers = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, n) => from + n);

const inOrder = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

describe('the pull loop', () => {
  it('never holds more than there is room for, however fast its events come and go', async () => {
    await using world = await openWorld(server);
    const inbox = world.start({
      room: 17,
      // Now at once, now a turn or a few milliseconds later.
      onTake: (delivery, { settle }) => {
        const wait = delivery.message.sequence % 4;
        if (wait === 0) settle(delivery);
        else setTimeout(() => settle(delivery), wait * 2);
      },
    });

    await flood(world, 1500);
    await soon(() => expect(inbox.deliveries.length).toBeGreaterThanOrEqual(1500));

    expect(inOrder(inbox.numbers())).toEqual(numbers(1500));
    expect(inbox.mostOpen()).toBeLessThanOrEqual(17);
  });

  it('asks the server for no more than there is room for', async () => {
    await using world = await openWorld(server);
    await flood(world, 100);
    const inbox = world.start({ room: 5 });
    await soon(() => expect(inbox.deliveries).toHaveLength(5));

    // Pulls end and are asked again meanwhile.
    await sleep(2500);

    await soon(async () =>
      expect(await world.bus.lag(world.consumer)).toEqual({ pending: 95, unacknowledged: 5 }),
    );
    inbox.settle(inbox.deliveries[0]);
    await soon(() => expect(inbox.deliveries).toHaveLength(6));
  });

  it('is pulling only once the consumer has answered', async () => {
    await using world = await openWorld(server);
    const missing = { ...world.consumer, stream: defineStream('missing') };
    const running = [world.consumer, missing].map((consumer) =>
      world.bus
        .source(consumer)
        .start({ room: () => 1, take: () => {}, acquire: () => {}, release: async () => {} }),
    );
    const pulling = () => running.map((source) => source.isPulling());
    expect(pulling()).toEqual([false, false]);

    await soon(() => expect(pulling()).toEqual([true, false]));

    await sleep(500);
    expect(pulling()).toEqual([true, false]);
    await Promise.all(running.map((source) => source.stop()));
  });

  it('is pulling also while it is full, and no longer when the server says nothing', async () => {
    await using own = await startNatsServer();
    await using world = await openWorld(own);
    await world.ask('k', 1);
    // A short lease makes short pulls: three of them unanswered are a second and a half.
    const source = world.bus.source({ ...world.consumer, ackWaitMs: 1000 });
    let room = 1;
    const running = source.start(
      sinkOf(
        () => room,
        () => room--,
      ),
    );
    await soon(() => expect(room).toBe(0));

    await sleep(2000);
    expect(running.isPulling()).toBe(true);

    await own.kill('SIGSTOP');
    room = 1;
    running.refill();
    await soon(() => expect(running.isPulling()).toBe(false), 3000);
    await own.kill('SIGCONT');
    await soon(() => expect(running.isPulling()).toBe(true));
    await running.stop();
  });

  it('goes on after its consumer was deleted, and handles what came meanwhile', async () => {
    const troubles: string[] = [];
    await using world = await openWorld(server, {}, { onTrouble: (what) => troubles.push(what) });
    const inbox = world.start({ onTake: (delivery, { settle }) => settle(delivery) });
    await flood(world, 20);
    await soon(() => expect(inbox.deliveries).toHaveLength(20));
    await using admin = await openBus(server);

    await deleteConsumer(world);
    await flood(world, 20, 20);

    // A consumer made anew begins at the beginning; the states recognise what they contain.
    await soon(() => expect(new Set(inbox.numbers())).toEqual(new Set(numbers(40))), 5000);
    expect(troubles.join()).toMatch(/409 Consumer Deleted|404|503/);
    expect(await admin.lag(world.consumer)).toMatchObject({ pending: 0 });
  });

  it('goes on within seconds after the server was killed and came back', async () => {
    await using world = await openWorld(server, { ackWaitMs: 2000 });
    const inbox = world.start({ onTake: (delivery, { settle }) => settle(delivery) });
    await flood(world, 50);
    await soon(() => expect(new Set(inbox.numbers()).size).toBe(50));

    await server.restart();
    const back = performance.now();
    await soon(() => world.ask('k', 50, 'after'), 5000);
    await soon(() => expect(inbox.numbers()).toContain(50));

    expect(performance.now() - back).toBeLessThan(5000);
    await soon(() => expect(inbox.running.isPulling()).toBe(true));
  });

  it('delivers everything to the end while the server is killed again and again', async () => {
    await using world = await openWorld(server, { ackWaitMs: 1000 });
    const inbox = world.start({ onTake: (delivery, { settle }) => settle(delivery) });
    const publishing = (async () => {
      for (let n = 0; n < 300; n++) {
        await soon(() => world.ask(`key ${n % 10}`, n, `id-${n}`), 20_000);
      }
    })();

    for (let kills = 0; kills < 3; kills++) {
      await sleep(150);
      await server.restart();
    }
    await publishing;

    await soon(() => expect(new Set(inbox.numbers())).toEqual(new Set(numbers(300))), 15_000);
  });
});

describe('stopping a source', () => {
  it('strands nothing: all that is undelivered comes to another source at once', async () => {
    await using world = await openWorld(server);
    const inbox = world.start({ room: 50, onTake: (delivery, { settle }) => settle(delivery) });
    const publishing = flood(world, 600);
    await soon(() => expect(inbox.deliveries.length).toBeGreaterThan(20));

    await inbox.running.stop();
    await publishing;
    const another = world.start({ room: 50, onTake: (delivery, { settle }) => settle(delivery) });
    const all = () => new Set([...inbox.numbers(), ...another.numbers()]);

    // The lease is 30 seconds: what was stranded would come only then.
    await soon(() => expect(all().size).toBe(600), 5000);
  });

  it('delivers what is handed back once more, not again and again to who stops', async () => {
    await using world = await openWorld(server);
    const inbox = world.start({ room: 100 });
    await flood(world, 10);
    await soon(() => expect(inbox.deliveries).toHaveLength(10));

    const stopped = inbox.running.stop();
    for (const delivery of [...inbox.deliveries]) inbox.settle(delivery, 'hand-back');
    await stopped;
    const another = world.start({ onTake: (delivery, { settle }) => settle(delivery) });
    await soon(() => expect(new Set(another.numbers()).size).toBe(10));

    // The second delivery may have come to who was stopping, whose pull was still open.
    const most = Math.max(...another.deliveries.map(({ attempt }) => attempt));
    expect(most).toBeGreaterThanOrEqual(2);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('ends soon when the server is away', async () => {
    const own = await startNatsServer();
    await using world = await openWorld(own);
    const inbox = world.start();
    await soon(() => expect(inbox.running.isPulling()).toBe(true));
    await own.kill('SIGKILL');

    const started = performance.now();
    await inbox.running.stop();

    expect(performance.now() - started).toBeLessThan(4000);
    await own.stop();
  });
});

/** What an operator may do by mistake. */
const deleteConsumer = async ({ stream, consumer }: World): Promise<void> => {
  const { connect } = await import('nats');
  const connection = await connect({ servers: server.url });
  const manager = await connection.jetstreamManager();
  await manager.consumers.delete(stream.name, consumer.durable);
  await connection.close();
};
