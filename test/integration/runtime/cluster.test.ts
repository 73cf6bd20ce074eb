import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import { expect, it } from 'vitest';
import { CartAdd } from '../../../src/contracts/cart/cart-add.ts';
import { CartGet } from '../../../src/contracts/cart/queries.ts';
import { cartStream } from '../../../src/contracts/cart/stream.ts';
import type { OutgoingEvent } from '../../../src/contracts/define-event.ts';
import { ProductAdd } from '../../../src/contracts/product/product-add.ts';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { openLogger } from '../../../src/infra/observability/logger.ts';
import { Metrics } from '../../../src/infra/observability/metrics.ts';
import type { AnyService } from '../../../src/infra/pipeline/define-service.ts';
import { startService } from '../../../src/infra/runtime/start-service.ts';
import { systemClock } from '../../../src/infra/runtime/system-clock.ts';
import { provideCart } from '../../../src/workers/cart/composition.ts';
import { cart } from '../../../src/workers/cart/service.ts';
import { product } from '../../../src/workers/product/service.ts';
import { eventually } from '../../support/eventually.ts';
import { type NatsCluster, startNatsCluster } from '../../support/nats-cluster.ts';

const environment = {
  CONCURRENCY: 64,
  PREFETCH: 128,
  HANDLER_TIMEOUT_MS: 5_000,
  DRAIN_TIMEOUT_MS: 5_000,
  ACK_WAIT_MS: 5_000,
};

const open = (cluster: NatsCluster, name: string) =>
  NatsBus.connect({ name, servers: cluster.urls, replicas: 3, storage: 'file' });

const start = (service: AnyService, bus: NatsBus) =>
  startService(service, {
    bus,
    environment,
    logger: openLogger({ service: service.name, level: 'silent', format: 'json', contracts: [] }),
    metrics: new Metrics(service.name),
    clock: systemClock,
    provide: service.name === 'cart' ? provideCart : undefined,
  });

const leaderOf = async (cluster: NatsCluster, stream: string): Promise<string> => {
  const connection = await connect({ servers: cluster.urls });
  const { cluster: raft } = await (await connection.jetstreamManager()).streams.info(stream);
  await connection.close();
  return raft?.leader ?? '';
};

const publishing = (bus: NatsBus) => (event: OutgoingEvent, id: string) =>
  bus.publisher.publish(
    event,
    {
      id,
      type: event.contract.type,
      source: '/test',
      time: new Date().toISOString(),
      version: event.contract.version,
      correlationId: id,
    },
    30_000,
  );

it('handles every event once on three replicas while the leader of the stream is killed', async () => {
  await using cluster = await startNatsCluster();
  await using workers = await open(cluster, 'workers');
  await using producer = await open(cluster, 'producer');
  const running = [await start(product, workers), await start(cart, workers)];
  const publish = publishing(producer);
  const price = { amount: 100, currency: 'EUR' };
  await publish(ProductAdd({ productId: 'tea', name: 'Tea', description: '', price }), 'tea');

  const events = 600;
  const users = 20;
  const killed = cluster.named(await leaderOf(cluster, 'CART'));
  const sent = Array.from({ length: events }, async (_, n) => {
    const data = { userId: `u${n % users}`, productId: 'tea', quantity: 1 };
    if (n === events / 2) await killed.kill('SIGKILL');
    return publish(CartAdd(data), `add-${n}`);
  });
  await Promise.all(sent);
  await killed.start();

  const causes: string[] = [];
  const follower = producer.follow({
    stream: cartStream,
    filters: [subjectsOf(cartStream).facts],
    from: 1,
    take: ({ header }) => causes.push(header('ce-causationid') ?? ''),
  });
  await eventually(() => expect(new Set(causes).size).toBe(events), {
    advance: sleep,
    withinMs: 40_000,
  });
  expect(causes).toHaveLength(events);
  for (let user = 0; user < users; user++) {
    const { cart } = await producer.queries.ask(CartGet, { userId: `u${user}` });
    expect(cart.pieces).toBe(events / users);
  }
  await follower.stop();
  await Promise.all(running.map((service) => service.stop()));
}, 90_000);
