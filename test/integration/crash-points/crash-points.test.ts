import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ServiceStream } from '../../../src/contracts/streams.ts';
import {
  factSubject,
  placeOf,
  requestSubject,
  subjectsOf,
} from '../../../src/contracts/streams.ts';
import type { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { contentsOf, publish, startOnServer } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';
import { openBus } from '../../support/world-on-nats.ts';
import { buildWorker } from './build-worker.ts';
import { acknowledged, numbersInFacts, numbersInStates, storedAt } from './history.ts';
import {
  type CrashPoint,
  ofDeadLetters,
  ofDraining,
  ofErasing,
  ofReactions,
  ofStarting,
  ofTakingOver,
  onTheWay,
} from './points.ts';
import { Victim } from './victim.ts';
import { contractsOf, serviceOf } from './worker/service.ts';

let server: NatsServer;
let bus: NatsBus;
let services = 0;

// Most of a test is waiting: for a lease, or for a pin.
vi.setConfig({ maxConcurrency: 8 });

beforeAll(async () => {
  await buildWorker();
  server = await startNatsServer();
  bus = await openBus(server);
}, 120_000);
afterAll(async () => {
  await bus?.[Symbol.asyncDispose]();
  await server?.stop();
});

const keys = ['a', 'b'];

/** A service of a test's own, and how its events are published: one after the other, key by key in turn. */
const servicesWith =
  (acknowledge: 'each' | 'watermark') =>
  (ackWaitMs = 1_000) => {
    const environment = { ACK_WAIT_MS: String(ackWaitMs), ACKNOWLEDGE: acknowledge };
    const name = `points${++services}`;
    const contracts = contractsOf(name);
    const { stream, others, Write } = contracts;
    const write = async (
      numbers: readonly number[],
      more: { isRefused?: boolean; ms?: number } = {},
    ) => {
      for (const n of numbers) {
        for (const key of keys) await publish(bus, Write({ key, n, ...more }), `${key}.${n}`);
      }
    };
    return {
      name,
      ...contracts,
      write,
      ensure: () => bus.ensure({ streams: [stream, others], consumers: [] }),
      dies: async ({ moment }: Pick<CrashPoint, 'moment'>) => {
        await using victim = new Victim(server.url, name, moment, environment);
        await victim.dies();
      },
      goesOn: () =>
        startOnServer(serviceOf(name, undefined, 'key', acknowledge), server, {
          environment: { ACK_WAIT_MS: ackWaitMs },
        }),
      environment,
    };
  };

/** Waits until nothing is left to do; then every key has its numbers once, in order, in facts and state. */
const expectOnceInOrder = async (
  { stream, others }: { stream: ServiceStream; others: ServiceStream },
  expected: Record<string, number[]>,
  letters = 0,
): Promise<void> => {
  await soon(async () => {
    const lags = [...(await bus.lagsOf(stream)), ...(await bus.lagsOf(others))];
    expect(lags.length).toBeGreaterThan(1);
    for (const lag of lags) expect(lag).toMatchObject({ pending: 0, unacknowledged: 0 });
  }, 20_000);
  expect(await numbersInFacts(bus, stream)).toEqual(expected);
  expect(await numbersInStates(bus, stream)).toEqual(expected);
  expect(await contentsOf(bus, stream, subjectsOf(stream).deadLetters)).toHaveLength(letters);
};

const inOrder = [1, 2, 3, 4, 5];

/** What is in the stream and what is acknowledged after a worker's end. */
const expectAtDeath = async (stream: ServiceStream, point: CrashPoint): Promise<void> => {
  const { hasFacts, isAcknowledged } = point;
  await soon(async () => {
    const facts = Object.keys(await numbersInFacts(bus, stream));
    if (hasFacts !== undefined) expect(facts.length > 0, 'facts').toBe(hasFacts);
    const floor = await acknowledged(server.url, stream);
    if (isAcknowledged !== undefined) expect(floor > 0, 'acknowledged').toBe(isAcknowledged);
  });
};

describe.concurrent.each(['each', 'watermark'] as const)(
  'a worker that ends, %s',
  (acknowledge) => {
    const newService = servicesWith(acknowledge);

    it.each(onTheWay)(
      'on the way of an event: $name',
      async (point) => {
        const service = newService();
        await service.ensure();
        await service.write([1, 2, 3]);

        await service.dies(point);
        await expectAtDeath(service.stream, point);

        await service.write([4]);
        await using _successor = await service.goesOn();
        await service.write([5]);
        await expectOnceInOrder(service, { a: inOrder, b: inOrder });
      },
      60_000,
    );

    it.each(ofDeadLetters)(
      'on the way of an event that dies: $name',
      async (point) => {
        const service = newService();
        await service.ensure();
        await service.write([1]);
        await service.write([2], { isRefused: true });
        await service.write([3]);

        await service.dies(point);

        await service.write([4]);
        await using _successor = await service.goesOn();
        await service.write([5]);
        await expectOnceInOrder(service, { a: [1, 3, 4, 5], b: [1, 3, 4, 5] }, 2);
      },
      60_000,
    );

    it.each(ofErasing)(
      'on the way of what cannot be decoded: $name',
      async (point) => {
        const service = newService();
        await service.ensure();
        await service.write([1]);
        const subject = requestSubject(service.Write.type, 'a');
        const broken = { subject, headers: {}, body: '{"secret":"canary",' };
        const { sequence } = await bus.publisher.publishRaw(broken, 'broken');
        await service.write([2, 3, 4, 5]);

        await service.dies(point);

        await using _successor = await service.goesOn();
        await expectOnceInOrder(service, { a: inOrder, b: inOrder }, 1);
        expect(await storedAt(server.url, service.stream, sequence)).toBeUndefined();
      },
      60_000,
    );

    it.each(ofReactions)(
      'on the way of a reaction: $name',
      async (point) => {
        const service = newService();
        await service.ensure();
        const asks = 700;
        const fact = service.Happened({ asks });
        const subject = factSubject(
          fact.contract.type,
          service.others,
          placeOf(service.others, 'any'),
        );
        const body = JSON.stringify(fact.data);
        await bus.publisher.publishRaw({ subject, headers: {}, body }, 'fact');

        await service.dies(point);

        await using _successor = await service.goesOn();
        await soon(async () => {
          expect(Object.keys(await numbersInFacts(bus, service.stream))).toHaveLength(asks);
        }, 20_000);
        const each = Array.from({ length: asks }, (_, n) => [`k${n}`, [n]]);
        await expectOnceInOrder(service, Object.fromEntries(each));
      },
      60_000,
    );

    it.each(ofDraining)(
      'while it drains: $name',
      async ({ moment }) => {
        const service = newService();
        await service.ensure();
        await service.write([1, 2, 3], { ms: 150 });

        const environment = { ...service.environment, CONCURRENCY: '1' };
        await using leaver = new Victim(server.url, service.name, moment, environment);
        await soon(async () => {
          expect(await bus.lagsOf(service.stream)).toContainEqual(
            expect.objectContaining({ pending: 0, unacknowledged: expect.toSatisfy((n) => n > 2) }),
          );
        });
        leaver.terminate();
        await leaver.dies();

        await using _successor = await service.goesOn();
        await service.write([4, 5]);
        await expectOnceInOrder(service, { a: inOrder, b: inOrder });
      },
      60_000,
    );

    it.each(ofTakingOver)(
      'while it takes over: $name',
      async (point) => {
        // A lease that ends brings what a takeover would have to recall.
        const service = newService(10_000);
        await service.ensure();
        await service.write([1, 2, 3]);

        await service.dies({ moment: { to: '', saying: 'Nats-Batch-Id', progress: 'before' } });
        await service.write([4]);
        await service.dies(point);

        await using _successor = await service.goesOn();
        await service.write([5]);
        await expectOnceInOrder(service, { a: inOrder, b: inOrder });
      },
      60_000,
    );

    it.each(ofStarting)(
      'while it starts: $name',
      async (point) => {
        const service = newService();

        await service.dies(point);

        await service.write([1, 2]);
        await using _successor = await service.goesOn();
        await service.write([3, 4, 5]);
        await expectOnceInOrder(service, { a: inOrder, b: inOrder });
      },
      60_000,
    );
  },
);
