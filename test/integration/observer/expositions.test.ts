import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPrometheusText } from '../../../src/cli/start/prometheus-text.ts';
import { cartStream } from '../../../src/contracts/cart/stream.ts';
import {
  type MetricRow,
  metricTable,
  processMetrics,
  seriesBudget,
} from '../../../src/infra/observability/metric-table.ts';
import { RawProducer } from '../../support/raw-producer.ts';
import { soon } from '../../support/soon.ts';
import { frailWorker } from '../../support/worker-process.ts';
import { ShopProcesses } from './shop-processes.ts';

/*
 * A whole shop of processes, observed from before its first event, with every kind of event in it.
 */
let shop: ShopProcesses;
const names = ['workers/cart', 'workers/product', 'shaky', 'gateway', 'observer'] as const;
const table: Readonly<Record<string, MetricRow>> = metricTable;
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

beforeAll(async () => {
  shop = await ShopProcesses.open();
  await shop.start('observer', { OBSERVE_EVERY_MS: '200' });
}, 60_000);
afterAll(() => shop?.[Symbol.asyncDispose]());

const lagOf = async (service: string) => {
  const { status, text } = await shop.get('observer', `/lag/${service}`);
  return { status, ...JSON.parse(text) };
};

it('an observer without any stream knows nothing, and says so', async () => {
  for (const path of ['/livez', '/healthz', '/readyz']) {
    expect((await shop.get('observer', path)).status).toBe(200);
  }
  expect(await lagOf('cart')).toMatchObject({
    status: 503,
    error: 'not known: there is no stream CART yet',
  });
  expect(await lagOf('nobody')).toMatchObject({ status: 404 });
  const { status, text } = await shop.get('observer', '/lagoon');
  expect([status, text]).toEqual([
    404,
    'try /livez, /readyz, /metrics, /lag, /status or /status.json\n',
  ]);
  expect((await shop.get('observer', '/metrics')).text).not.toContain('waiting_events');
});

it('work waits for services that have never run, and its age grows', async () => {
  await shop.startGateway();
  for (const productId of ['tea', 'cup', 'pot']) {
    const product = { productId, name: productId, description: '', price };
    expect(await shop.ask('POST', '/products', product, { traceparent })).toBe(202);
  }
  const first = await soon(async () => {
    const lag = await lagOf('product');
    expect(lag).toMatchObject({ status: 200, waitingEvents: 3, pendingEvents: 3 });
    return lag;
  });
  await soon(async () =>
    expect((await lagOf('product')).oldestWaitingSeconds).toBeGreaterThan(
      first.oldestWaitingSeconds + 0.5,
    ),
  );
  expect(await lagOf('cart')).toMatchObject({ status: 200, waitingEvents: 0 });
}, 60_000);
const price = { amount: 100, currency: 'EUR' };

it('nothing waits any more when workers have run', async () => {
  shop.add('shaky', frailWorker({ NATS_URL: shop.server.url, BREAK: '3', ON_EXHAUSTED: 'park' }));
  await Promise.all([
    shop.start('workers/product', { TRIM_EVERY_MS: '300' }),
    shop.start('workers/cart', { TRIM_EVERY_MS: '300' }),
    shop.isReady('shaky'),
  ]);
  await burden();

  await soon(async () => {
    for (const service of ['product', 'cart']) {
      expect(await lagOf(service)).toMatchObject({ waitingEvents: 0, oldestWaitingSeconds: 0 });
    }
  }, 20_000);
}, 60_000);

it('partitions that have an owner are seen, and that their owners ask for work', async () => {
  await soon(async () => {
    const samples = readPrometheusText(await expositionOf('observer')).filter(
      ({ labels }) => labels['stream'] === 'CART',
    );
    const sumOf = (metric: string) =>
      samples.filter(({ name }) => name === metric).reduce((sum, { value }) => sum + value, 0);
    expect(sumOf('millrace_consumer_pinned')).toBeGreaterThan(0);
    expect(sumOf('millrace_consumer_waiting_pulls')).toBeGreaterThan(cartStream.partitions / 2);
  });
});

/** Everything that can happen to events, as far as it can be brought about. */
const burden = async (): Promise<void> => {
  const wait = { prefer: 'wait=5', traceparent };
  for (let n = 0; n < 30; n++) {
    await shop.ask('POST', '/carts/me/items', { productId: 'tea', quantity: 1 }, wait);
  }
  const item = { productId: 'cup', quantity: 2 };
  await shop.ask('POST', '/carts/me/items', item, wait);
  await shop.ask('PATCH', '/carts/me/items/cup', { quantity: 3 }, wait);
  await shop.ask('PATCH', '/products/cup', { price: { amount: 200, currency: 'EUR' } }, wait);
  await shop.ask('DELETE', '/carts/me/items/tea', undefined, wait);
  await shop.ask('DELETE', '/products/cup', undefined, wait);
  await shop.ask('POST', '/carts/me/items', { productId: 'none', quantity: 1 }, wait);
  const key = { ...wait, 'idempotency-key': 'twice' };
  for (let n = 0; n < 2; n++)
    await shop.ask('POST', '/carts/me/items', { ...item, productId: 'pot' }, key);
  for (const path of ['/carts/me', '/products', '/products/tea', '/products/none', '/nowhere']) {
    await shop.ask('GET', path);
  }
  await shop.ask('POST', '/products', { productId: '' });
  const producer = await RawProducer.connect(shop.server.url);
  for (const [body, head] of [
    ['no JSON'],
    ['{}', 'ce-specversion: 2.0\r\nce-id: 1\r\nce-type: cart.add\r\nce-source: /x'],
    ['{"userId":"u1","productId":"tea","quantity":1}', 'ce-dataversion: 99'],
    ['{"userId":"u1","productId":"tea","quantity":-1}'],
    ['{"userId":"u2","productId":"tea","quantity":1}'],
  ] as const) {
    producer.publish('cart.add.u1', body, head);
  }
  producer.publish('cart.nothing.u1', '{}');
  for (const n of [1, 2, 3, 4]) producer.publish('shaky.do.k1', JSON.stringify({ key: 'k1', n }));
  await producer.flush();
  producer.close();
};

const expositionOf = async (name: string): Promise<string> =>
  (await shop.get(name, '/metrics')).text;

const sourceOf = (name: string): string =>
  name === 'gateway' || name === 'observer' ? name : 'worker';

/** The names of metrics in an exposition, those of the table and of the process. */
const metricsIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));

/** What happens when something is wrong, or only now and then, and was not brought about here. */
const rare = [
  'millrace_pull_errors_total',
  'millrace_broker_refusals_total',
  'millrace_repaired_events_total',
  'millrace_held_back_seconds',
  'millrace_stream_limit_bytes',
  'millrace_broker_advisories_total',
  'millrace_observation_errors_total',
];

it('every metric is shown by the processes that the table says, and by no other', async () => {
  const shown = new Map<string, Set<string>>();
  for (const name of names) {
    for (const metric of metricsIn(await expositionOf(name))) {
      if ((processMetrics as readonly string[]).includes(metric)) continue;
      shown.set(metric, (shown.get(metric) ?? new Set()).add(sourceOf(name)));
    }
  }
  for (const [metric, sources] of shown) {
    expect([...sources].sort(), metric).toEqual([...(table[metric]?.from ?? [])].sort());
  }
  const missing = Object.keys(table).filter((metric) => !shown.has(metric));
  expect(missing.filter((metric) => !rare.includes(metric))).toEqual([]);
});

it('every outcome of an event was among what happened', () =>
  soon(async () => {
    const texts = await Promise.all(['workers/cart', 'shaky'].map(expositionOf));
    const settled = texts
      .flatMap(readPrometheusText)
      .filter(({ name, value }) => name === 'millrace_events_settled_total' && value > 0);
    const outcomes = new Set(settled.map(({ labels }) => labels['outcome']));
    const types = new Set(settled.map(({ labels }) => labels['type']));

    expect([...outcomes].sort()).toEqual(['dead', 'done', 'ignored', 'parked']);
    expect([...types].filter((type) => type?.startsWith('cart.')).length).toBeGreaterThan(3);
  }));

it.each(names)('%s shows no more series than its budget', async (name) => {
  const series = readPrometheusText(await expositionOf(name)).length;

  process.stdout.write(`${name}: ${series} series\n`);
  expect(series).toBeGreaterThan(50);
  expect(series).toBeLessThanOrEqual(seriesBudget[sourceOf(name) as keyof typeof seriesBudget]);
});

it.skipIf(!process.env['PROMTOOL'] && !process.env['CI']).each(names)(
  'promtool has no objection to what %s shows (skipped without PROMTOOL)',
  async (name) => {
    const program = process.env['PROMTOOL'] ?? 'promtool';

    // It writes what it objects to, and fails.
    execFileSync(program, ['check', 'metrics'], { input: await expositionOf(name), stdio: 'pipe' });
  },
);

it('the trace of an event is shown in OpenMetrics, by the gateway and by the worker', async () => {
  const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';
  for (const [name, metric] of [
    ['gateway', 'millrace_http_request_seconds'],
    ['workers/product', 'millrace_event_processing_seconds'],
    ['workers/product', 'millrace_event_response_seconds'],
    ['workers/cart', 'millrace_event_visible_seconds'],
  ] as const) {
    const { text, headers } = await shop.get(name, '/metrics', { accept });
    expect(headers.get('content-type')).toContain('application/openmetrics-text');
    expect(text).toMatch(
      new RegExp(
        `^${metric}_bucket\\{.*\\} \\d+ # \\{trace_id="${traceId}"\\} [\\d.e-]+ \\d+`,
        'm',
      ),
    );
    expect(text.endsWith('# EOF\n')).toBe(true);
  }
});

it('a partition whose owner has died without a word has none, and nobody asks for its work', async () => {
  await shop.end('workers/cart');

  await soon(async () => {
    const samples = readPrometheusText(await expositionOf('observer')).filter(
      ({ labels }) => labels['stream'] === 'CART',
    );
    for (const metric of ['millrace_consumer_pinned', 'millrace_consumer_waiting_pulls']) {
      const values = samples.filter(({ name }) => name === metric).map(({ value }) => value);
      expect(values, metric).toEqual(Array.from({ length: cartStream.partitions }, () => 0));
    }
  }, 20_000);
}, 30_000);
