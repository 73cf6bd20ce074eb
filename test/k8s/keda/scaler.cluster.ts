import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../../../src/cli/provision/run-command.ts';
import { CartAdd } from '../../../src/contracts/cart/cart-add.ts';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { topologyOf } from '../../../src/infra/runtime/topology-of.ts';
import { cart } from '../../../src/workers/cart/service.ts';
import { product } from '../../../src/workers/product/service.ts';
import { user } from '../../../src/workers/user/service.ts';
import { startNatsCluster } from '../../support/nats-cluster.ts';
import { publish } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';
import { WorkerProcess } from '../../support/worker-process.ts';
import { KedaScaler, type ScalerAnswer, type Trigger } from './keda-scaler.ts';

const events = 480;
const template = join(import.meta.dirname, '../../../k8s/components/keda/worker/scaledobject.yaml');
const observerScript = resolve(import.meta.dirname, '../../../dist/observer/main.js');

/** The triggers that are shipped, but for where the observer is. */
const triggersFor = (lagUrl: string): readonly Trigger[] => {
  const { spec } = parse(readFileSync(template, 'utf8')) as {
    spec: { triggers: readonly Trigger[] };
  };
  return spec.triggers.map((trigger) => ({
    ...trigger,
    metadata: { ...trigger.metadata, url: lagUrl },
  }));
};

/** In CI nothing is left out. */
const hasGo = async (): Promise<boolean> => {
  try {
    await runCommand('go', ['version']);
    return true;
  } catch (error) {
    if (process.env['CI']) throw error;
    return false;
  }
};

const leaderOf = async (connection: NatsConnection, consumer: string): Promise<string> => {
  const manager = await connection.jetstreamManager();
  return (await manager.consumers.info('CART', consumer)).cluster?.leader ?? '';
};

/** The stream, and the consumers of some partitions, get other leaders. */
const moveLeaders = async (connection: NatsConnection): Promise<void> => {
  const asked = ['STREAM.LEADER.STEPDOWN.CART'];
  for (let partition = 0; partition < cart.stream.partitions; partition += 3) {
    asked.push(`CONSUMER.LEADER.STEPDOWN.CART.cart-${partition}`);
  }
  for (const subject of asked) await connection.request(`$JS.API.${subject}`).catch(() => {});
  await soon(async () => expect(await leaderOf(connection, 'cart-0')).toMatch(/^n\d$/), 20_000);
};

it("KEDA's own scaler gets the right number while leaders move and one of three servers ends", {
  timeout: 2_000_000,
}, async (context) => {
  if (!(await hasGo())) return context.skip('there is no Go to build the scaler with');
  await using cluster = await startNatsCluster();
  await using bus = await NatsBus.connect({
    ...{ servers: cluster.urls, name: 'setup' },
    ...{ replicas: 3, storage: 'file' },
  });
  for (const service of [user, product, cart]) await bus.ensure(topologyOf(service, 60_000));
  const adds = Array.from({ length: events }, (_, n) =>
    publish(bus, CartAdd({ userId: `u${n}`, productId: 'tea', quantity: 1 }), `add ${n}`),
  );
  await Promise.all(adds);
  const environment = { NATS_URL: cluster.urls.join(','), OBSERVE_EVERY_MS: '500' };
  await using observer = new WorkerProcess('observer', environment, observerScript);
  const lagUrl = await soon(() => `${observer.healthUrl}/lag/cart`);
  const [lag, age, arrivals] = triggersFor(lagUrl);
  if (!lag || !age || !arrivals) throw new Error('three triggers are shipped');
  using scaler = await KedaScaler.of(lag);
  expect((await scaler.spec()).target).toMatchObject({ averageValue: '5k' });
  await soon(async () => expect(await scaler.ask()).toEqual({ value: events, active: true }));
  const connection = await connect({ servers: cluster.urls });

  const answers: ScalerAnswer[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      answers.push(await scaler.ask());
      await sleep(50);
    }
  })();
  for (let times = 0; times < 3; times++) await moveLeaders(connection);
  await cluster.named(await leaderOf(connection, 'cart-0')).kill('SIGKILL');
  await sleep(5_000);
  await soon(
    async () => expect(await scaler.ask()).toEqual({ value: events, active: true }),
    30_000,
  );
  isOver = true;
  await asking;
  await connection.close();

  // An error is an honest answer while nobody leads: then KEDA keeps what there is.
  const wrong = answers.filter(({ value, error }) => value !== events && !error);
  expect(wrong).toEqual([]);
  expect(answers.filter(({ value }) => value === events).length).toBeGreaterThan(20);
  using aged = await KedaScaler.of(age);
  expect((await aged.spec()).target).toMatchObject({ averageValue: '7.500' });
  expect((await aged.ask()).value).toBeGreaterThan(5);
  using coming = await KedaScaler.of(arrivals);
  await coming.spec();
  expect(await coming.ask()).toEqual({ value: 0, active: false });
});
