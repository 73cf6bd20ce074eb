import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { demoPassword } from '../../src/cli/sample/demo-password.ts';
import { queries, substituted } from '../observability/dashboard-files.ts';
import { PrometheusClient } from '../support/prometheus-client.ts';
import { RawProducer } from '../support/raw-producer.ts';
import { soon } from '../support/soon.ts';
import { programOf } from '../support/tool.ts';
import { dataFolder, StartedShop } from './started-shop.ts';

const limit = { timeout: 300_000 };

/** A machine of one's own, so that what is rare happens within a minute. */
const hurried = { STREAM_MAX_BYTES: '200000000', TRIM_EVERY_MS: '2000' };

/** What a minute in which things go wrong need not fill, and why. */
const mayStayEmpty: Readonly<Record<string, string>> = {
  'dead-letters: Parked keys by service: {{service}} events': 'no route of the shop parks a key',
  'dead-letters: Duplicates: {{service}}':
    'whether a killed worker had settled what comes again is chance',
  'jetstream: Held back from trimming: {{service}} {{kind}} by {{holder}}':
    'the shop keeps everything for longer than this lasts',
  'jetstream: Pulls that failed, and what was not permitted: {{service}} {{stream}} {{code}}':
    'the broker is frozen, and ends no pull with an error',
  'jetstream: Pulls that failed, and what was not permitted: {{service}} may not {{operation}}':
    'here everybody may do everything',
  'jetstream: Advisories: {{stream}} {{advisory}}': 'one server elects nobody',
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const addressOf = async (shop: StartedShop, name: string): Promise<string> => {
  const [, address = ''] = await shop.shows(new RegExp(`^ *${name} +(http:\\S+)$`, 'm'));
  return address;
};

/** Uses the shop as people and producers do: once, and then again and again until told to end. */
const useShop = async (
  gateway: string,
  producer: RawProducer,
  until: AbortSignal,
): Promise<{ readonly ended: Promise<void> }> => {
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    try {
      return await fetch(`${gateway}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      });
    } catch {
      // Things go wrong here on purpose; what the gateway answered is what it counts itself.
      return undefined;
    }
  };
  const session = await post('/sessions', { username: 'demo', password: demoPassword });
  if (!session?.ok) throw new Error(`nobody can log in: ${session?.status ?? 'no answer'}`);
  const { token } = (await session.json()) as { token: string };
  const shopOn = async (): Promise<void> => {
    const item = { productId: 'stoneware-mug-rust', quantity: 1 };
    const headers = { authorization: `Bearer ${token}`, 'idempotency-key': `try-${Date.now()}` };
    // Twice under one key: the second one is a duplicate.
    await post('/carts/me/items', item, headers);
    await post('/carts/me/items', item, headers);
    await fetch(`${gateway}/products?search=mug`).catch(() => undefined);
    producer.publish('cart.add.ada', '{"userId":"ada"}');
    producer.publish('cart.add.ada', '{"userId":"ada","productId":"new-mug","quantity":1}');
  };
  await shopOn();
  const goOn = async (): Promise<void> => {
    while (!until.aborted) {
      await pause(500);
      await shopOn();
    }
  };
  return { ended: goOn() };
};

test(
  'Prometheus watches the shop, and every query of every dashboard shows something when it is hurt',
  limit,
  async (context) => {
    programOf(context, 'PROMETHEUS');
    programOf(context, 'ALERTMANAGER');
    expect(queries.map(({ place }) => place)).toEqual(
      expect.arrayContaining(Object.keys(mayStayEmpty)),
    );
    await using folder = await dataFolder();
    const startedAt = Date.now();
    const args = ['--observe', '--data', `${folder}`, '--replicas', 'cart=2'];
    await using shop = new StartedShop(args, hurried);
    await shop.shows(/Ctrl-C ends it/);
    const { origin } = new URL(await addressOf(shop, 'Prometheus'));
    const prometheus = new PrometheusClient(origin);
    const [, broker = ''] = await shop.shows(/nats pub -s (nats:\S+)/);
    const producer = await RawProducer.connect(broker);
    const enough = new AbortController();
    const used = await useShop(await addressOf(shop, 'shop'), producer, enough.signal);
    try {
      await hurt(shop, prometheus, producer);
      await soon(async () => {
        expect(await emptyQueries(prometheus, startedAt)).toEqual([]);
      }, 45_000);
    } finally {
      enough.abort();
      await used.ended;
      producer.close();
    }

    const rules = (await prometheus.rules()).flatMap((group) => group.rules);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(rules.length).toBeGreaterThan(50);
    const asked = (await prometheus.targets()).map(({ labels }) => labels['instance']).sort();
    expect(asked).toEqual(['cart-1', 'cart-2', 'gateway', 'observer', 'product-1', 'user-1']);
    const alertmanager = new URL(await addressOf(shop, 'Alertmanager'));
    expect(await prometheus.alertmanagers()).toEqual([`${alertmanager.origin}/api/v2/alerts`]);

    const names = ['prometheus', 'alertmanager', 'observer'];
    const pids = await Promise.all(names.map((name) => shop.pidOf(name)));
    shop.signal('SIGINT');
    await shop.endsWith(0);
    expect(pids.filter(isRunning)).toEqual([]);
  },
);

test('without a Prometheus it says so before anything is started', limit, async () => {
  await using folder = await dataFolder();
  const args = ['--observe', '--no-sample', '--data', `${folder}`];
  await using shop = new StartedShop(args, { PROMETHEUS: '/nowhere/prometheus' });

  await shop.endsWith(1);
  expect(shop.output).toMatch(/--observe needs a Prometheus\..*\/nowhere\/prometheus/);
  expect(shop.output).not.toContain('running:');
});

test('without an Alertmanager and a Grafana it goes on and says so', limit, async (context) => {
  programOf(context, 'PROMETHEUS');
  await using folder = await dataFolder();
  const args = ['--observe', '--no-sample', '--exit', '--data', `${folder}`];
  await using shop = new StartedShop(args, { ALERTMANAGER: '/nowhere/alertmanager', PATH: '' });

  await shop.endsWith(0);
  expect(shop.output).toMatch(/\/nowhere\/alertmanager.*\n.*going on without it/);
  expect(shop.output).toMatch(/no grafana on PATH: going on without it/);
  expect(shop.output).toMatch(/^running: .*\bprometheus \(\d+\)/m);
});

/**
 * Kills a worker; freezes another that a third one needs, until that one has tried again and the
 * system counts as down; freezes the broker until nobody can read how far the services are.
 */
const hurt = async (
  shop: StartedShop,
  prometheus: PrometheusClient,
  producer: RawProducer,
): Promise<void> => {
  const isSeen = (expression: string) =>
    soon(async () => expect(await prometheus.now(expression)).not.toEqual([]), 60_000);
  // What has never been seen up cannot be seen failing.
  await isSeen('millrace:system_up == 1');
  process.kill(await shop.pidOf('cart 1'), 'SIGKILL');
  await frozen(await shop.pidOf('product 1'), async () => {
    // The cart has to ask the frozen service whether there is such a product.
    const price = { amount: 990, currency: 'EUR' };
    const mug = { productId: 'new-mug', name: 'A new mug', description: '', price };
    producer.publish('product.add.new-mug', JSON.stringify(mug));
    await producer.flush();
    await isSeen('sum(millrace_events_settled_total{outcome="retry"}) > 0');
    await isSeen('millrace:system_up == 0');
  });
  await frozen(await shop.pidOf('nats-server'), async () => {
    await isSeen('millrace_observation_errors_total > 0');
  });
};

/** Does something while a process stands still. */
const frozen = async (pid: number, run: () => Promise<void>): Promise<void> => {
  process.kill(pid, 'SIGSTOP');
  try {
    await run();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
};

/** The places whose queries have found nothing since the shop was started. */
const emptyQueries = async (
  prometheus: PrometheusClient,
  startedAt: number,
): Promise<readonly string[]> => {
  const seconds = Math.ceil((Date.now() - startedAt) / 1000);
  const empty: string[] = [];
  for (const { place, expr, instant, from } of queries) {
    const expression = substituted(expr, { step: '30s', range: `${seconds}s` });
    const found = instant
      ? await prometheus.now(expression)
      : await prometheus.lately(expression, seconds);
    if (found.length === 0 && from === undefined && !mayStayEmpty[place]) empty.push(place);
  }
  return empty;
};
