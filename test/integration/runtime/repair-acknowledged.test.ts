import { connect } from 'nats';
import { expect, it } from 'vitest';
import { ProductAdd } from '../../../src/contracts/product/product-add.ts';
import { type KeyPlace, placeOf, stateSubject } from '../../../src/contracts/streams.ts';
import {
  type AheadOptions,
  acknowledgedAhead,
  lastEvents,
} from '../../../src/infra/pipeline/acknowledged-ahead.ts';
import type { Following } from '../../../src/infra/pipeline/ports.ts';
import { product } from '../../../src/workers/product/service.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import {
  contentsOf,
  publish,
  type ServiceUnderTest,
  startOnServer,
} from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';

const { stream } = product;
const price = { amount: 100, currency: 'EUR' };

const add = ({ bus }: ServiceUnderTest, productId: string, name = productId) =>
  publish(bus, ProductAdd({ productId, name, description: '', price }), `add ${productId}`);

const settled = ({ bus }: ServiceUnderTest) =>
  soon(async () => {
    const lags = await bus.lagsOf(stream);
    expect(lags.every(({ pending, unacknowledged }) => pending + unacknowledged === 0)).toBe(true);
  });

const factsOf = async ({ bus }: ServiceUnderTest, productId: string) =>
  (await contentsOf(bus, stream, 'fact.product.>')).filter(
    ({ header }) => header('ce-causationid') === encodeURIComponent(`add ${productId}`),
  );

/** What a power cut may do, done by hand: the event is acknowledged, its effects are gone. */
const lose = async (
  server: NatsServer,
  worker: ServiceUnderTest,
  productId: string,
  { keepFacts = false } = {},
) => {
  const connection = await connect({ servers: server.url });
  const manager = await connection.jetstreamManager();
  for (const { sequence } of keepFacts ? [] : await factsOf(worker, productId)) {
    await manager.streams.deleteMessage(stream.name, sequence);
  }
  const filter = stateSubject(stream, placeOf(stream, productId));
  await manager.streams.purge(stream.name, { filter });
  await connection.close();
};

/** Told to end, a broker keeps its acknowledgements; killed, it may forget them and deliver again by itself. */
const restart = async (server: NatsServer) => {
  await server.kill('SIGTERM');
  await server.start();
};

const errorsOf = ({ log }: ServiceUnderTest) => log.filter(({ level }) => level === 50);

const lookAt = async ({ bus }: ServiceUnderTest, some: Partial<AheadOptions> = {}) =>
  acknowledgedAhead({
    bus,
    upkeep: bus.upkeep,
    service: product,
    partitions: Array.from({ length: stream.partitions }, (_, partition) => partition),
    upTo: (await bus.upkeep.sizeOf(stream)).lastSequence,
    signal: new AbortController().signal,
    ...some,
  });

it('publishes again what a broker acknowledged and then lost, after its restart, once among replicas', async () => {
  await using server = await startNatsServer();
  await using worker = await startOnServer(product, server);
  await using other = await startOnServer(product, server);
  for (const productId of ['kept', 'lost', 'kept too']) await add(worker, productId);
  await settled(worker);
  await lose(server, worker, 'lost');

  await restart(server);

  await soon(async () => expect(await factsOf(worker, 'lost')).toHaveLength(1), 30_000);
  await settled(worker);
  expect(await contentsOf(worker.bus, stream, 'repair.product.>')).toHaveLength(1);
  expect(await contentsOf(worker.bus, stream, 'in.product.>')).toHaveLength(4);
  const said = [...errorsOf(worker), ...errorsOf(other)];
  expect(said).toEqual([expect.objectContaining({ id: 'add lost', sequence: expect.any(Number) })]);
}, 60_000);

it('looks for it when a worker starts, or gets the partitions of one that is gone', async () => {
  await using server = await startNatsServer();
  const first = await startOnServer(product, server);
  await add(first, 'lost');
  await settled(first);
  await lose(server, first, 'lost');
  await first[Symbol.asyncDispose]();

  await using worker = await startOnServer(product, server);

  await soon(async () => expect(await factsOf(worker, 'lost')).toHaveLength(1), 30_000);
  expect(errorsOf(worker)).toEqual([expect.objectContaining({ id: 'add lost' })]);
}, 60_000);

it('says what more than one event of a key has lost, and leaves it to npm run verify', async () => {
  await using server = await startNatsServer();
  await using worker = await startOnServer(product, server);
  await add(worker, 'lost');
  await settled(worker);
  await lose(server, worker, 'lost', { keepFacts: true });

  await restart(server);

  await soon(() => expect(errorsOf(worker)).toHaveLength(1), 30_000);
  expect(errorsOf(worker)).toEqual([
    expect.objectContaining({ events: 1, msg: expect.stringMatching('npm run verify') }),
  ]);
  expect(await contentsOf(worker.bus, stream, 'in.product.>')).toHaveLength(1);
}, 60_000);

it('denies nothing that is handled, rejected, dead, repeated or waiting', async () => {
  await using server = await startNatsServer();
  await using worker = await startOnServer(product, server);
  await add(worker, 'one');
  const twice = ProductAdd({ productId: 'one', name: 'one', description: '', price });
  await publish(worker.bus, twice, 'add one again');
  const broken = { subject: 'product.add.two', headers: {}, body: 'not json' };
  await worker.bus.publisher.publishRaw(broken, 'broken');
  await settled(worker);
  await worker.running.stop();
  await add(worker, 'waits');

  expect(await lookAt(worker)).toEqual({ lost: [], unclear: [] });

  for (const { sequence } of await contentsOf(worker.bus, stream, 'fact.product.>')) {
    await worker.bus.upkeep.purge(stream, 'fact.product.>', sequence + 1);
  }
  await lose(server, worker, 'one');
  const { lost, unclear } = await lookAt(worker);
  expect(lost.map(({ id }) => id)).toEqual(['add one', 'add one again']);
  expect(unclear).toEqual([]);
});

it('looks at the last events of its partitions only, and at none that came after the restart', async () => {
  await using server = await startNatsServer();
  await using worker = await startOnServer(product, server);
  const products = Array.from({ length: 1_500 }, (_, n) => `product-${n}`);
  await Promise.all(products.map((productId) => add(worker, productId)));
  await settled(worker);
  const read: number[] = [];
  const bus = {
    follow: (following: Following) => worker.bus.follow(following),
    states: () => ({
      read: (place: KeyPlace) => {
        read.push(place.partition);
        return worker.bus.states(stream).read(place);
      },
    }),
  };

  await lookAt(worker, { bus, partitions: [3, 4] });
  expect(new Set(read)).toEqual(new Set([3, 4]));
  expect(read).toHaveLength(2 * lastEvents);

  read.length = 0;
  await lookAt(worker, { bus, partitions: [3, 4], upTo: 0 });
  expect(read).toEqual([]);
}, 60_000);
