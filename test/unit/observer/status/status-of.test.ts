import { expect, it } from 'vitest';
import { cartStream } from '../../../../src/contracts/cart/stream.ts';
import type { ConsumerSight, StreamSight } from '../../../../src/infra/pipeline/stream-watch.ts';
import { Arrivals } from '../../../../src/observer/arrivals.ts';
import type { Observation } from '../../../../src/observer/observation.ts';
import { lagOf } from '../../../../src/observer/service-lag.ts';
import { Figures } from '../../../../src/observer/status/figures.ts';
import type { Sampler } from '../../../../src/observer/status/sampler.ts';
import { statusOf } from '../../../../src/observer/status/status-of.ts';

const consumer = (partition: number, more: Partial<ConsumerSight>): ConsumerSight => ({
  ...{ consumer: `cart-${partition}`, service: 'cart', pending: 1, unacknowledged: 0 },
  ...{ unacknowledgedLimit: 4_000, redelivered: 0, waitingPulls: 0, isPinned: true },
  ...{ oldestStoredAt: 40_000, stored: 0 },
  ...more,
});

const sight: StreamSight = {
  ...{ messages: 9, bytes: 900, limitBytes: 1_000, lastSequence: 9, oldestStoredAt: 1_000 },
  replicas: { configured: 3, current: 2 },
  servers: [
    { name: 'n1', isLeader: true, isCurrent: true, isOnline: true },
    { name: 'n0', isLeader: false, isCurrent: true, isOnline: true },
    { name: 'n2', isLeader: false, isCurrent: false, isOnline: false },
  ],
  consumers: [
    consumer(0, {}),
    consumer(1, { isPinned: false, waitingPulls: 1 }),
    consumer(2, { isPinned: false }),
    consumer(10, { isPinned: false }),
  ],
};

const at = 100_000;

/** What is said of the cart's stream, whose only replica is ready. */
const seenBy = (isConnected: boolean, found: StreamSight | undefined = sight) => {
  const seen = () => ({ kind: 'seen', value: found, at }) as const;
  const arrivals = new Arrivals();
  const streams = [
    { stream: cartStream, arrivals, readings: { seen } },
  ] as unknown as Observation['streams'];
  const letters = [{ service: 'cart', readings: { seen: () => ({ kind: 'unseen' }) } }];
  const observation = {
    ...{ services: ['cart'], streams, letters },
    lagOf: (service: string) => lagOf(service, streams),
  } as unknown as Observation;
  const replica = { name: 'cart-1', state: 'ready', partitions: {} };
  const sampler = {
    figures: new Figures(['cart']),
    replicasOf: (name: string) => (name === 'cart' ? [replica] : []),
  } as unknown as Sampler;
  const bus = { isConnected: () => isConnected };
  return statusOf({ observation, sampler, bus, clock: { now: () => at } });
};

it('names servers that are offline, streams near their limit, and partitions that nobody asks for', () => {
  const { broker, services, troubles } = seenBy(true);

  expect(broker.servers).toEqual([
    { name: 'n0', isOnline: true, leads: [], isBehindIn: [] },
    { name: 'n1', isOnline: true, leads: ['CART'], isBehindIn: [] },
    { name: 'n2', isOnline: false, leads: [], isBehindIn: ['CART'] },
  ]);
  expect(services[0]).toMatchObject({
    ...{ isUp: true, readyReplicas: 1, waitingEvents: 4, oldestWaitingSeconds: 60 },
    partitionsWithoutOwner: { CART: [2, 10] },
  });
  expect(troubles).toEqual([
    'The server n2 of the broker is offline.',
    '2 partitions of cart without an owner.',
    'The stream CART is 90 % full.',
    'The stream CART is on 2 of 3 servers.',
  ]);
});

it('says of nothing that it is up while the broker is away', () => {
  const { services, troubles } = seenBy(false);
  expect(services[0]?.isUp).toBeUndefined();
  expect(troubles).toEqual([expect.stringContaining('The broker does not answer')]);
});

it('knows no dead letters that could not be read', () => {
  expect(seenBy(true).services[0]).toMatchObject({ deadLetters: undefined, parkedKeys: undefined });
});
