import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, type TestContext, test } from 'vitest';
import { runbooks } from '../docs/runbooks.ts';
import { soon } from '../support/soon.ts';
import { programOf, runTool } from '../support/tool.ts';
import { ProductLoad } from './observed/product-load.ts';
import { type ObservedWorld, openWorld } from './observed/world.ts';

// One shop for all of it: each test goes on where the one before has left it.
let opening: Promise<ObservedWorld> | undefined;
const world = (context: TestContext): Promise<ObservedWorld> => {
  opening ??= openWorld(context);
  return opening;
};
afterAll(async () => (await opening)?.[Symbol.asyncDispose]());

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** How long each handler takes: with it, times are known beforehand. */
const handlerMs = 400;
const perSecond = 10;
/** Rates are of the last five minutes, which here are so many. */
const windowMs = 20_000;

test('the five figures are what one counts by hand', { timeout: 120_000 }, async (context) => {
  const { shop, prometheus } = await world(context);
  await using load = await ProductLoad.connect(shop.broker.url);
  await writeFile(join(shop.folder, 'slow-handlers'), String(handlerMs));
  const watchedSince = performance.now();

  await load.flow(perSecond, 26);
  const askedAt = Date.now();
  const [responseSeconds, latencySeconds, throughput, ofCart, ofSystem] = await Promise.all(
    [
      'millrace:response_seconds:mean5m{service="product"}',
      'millrace:system_latency_seconds:mean5m',
      'millrace:throughput:rate5m{service="product"}',
      'millrace:throughput:rate5m{service="cart"}',
      'millrace:system_throughput:rate5m',
    ].map((expression) => prometheus.valueOf(expression)),
  );
  const accounts = await soon(async () => {
    const found = await load.accounts(join(shop.folder, 'product.log'));
    expect(found).toHaveLength(perSecond * 26);
    return found;
  });

  const counted = accounts.filter(({ settledAt }) => settledAt > askedAt - windowMs);
  const responses = counted.map(({ storedAt, settledAt }) => (settledAt - storedAt) / 1000);
  const latencies = counted.map(({ storedAt, visibleAt }) => (visibleAt - storedAt) / 1000);
  expect(Math.min(...latencies)).toBeGreaterThanOrEqual(handlerMs / 1000);
  expect(Math.abs(Number(responseSeconds) / mean(responses) - 1)).toBeLessThan(0.1);
  expect(Math.abs(Number(latencySeconds) / mean(latencies) - 1)).toBeLessThan(0.1);
  expect(Math.abs(Number(throughput) / perSecond - 1)).toBeLessThan(0.1);
  // The cart service is told of every product, and has nothing to do.
  expect(Math.abs(Number(ofCart) / perSecond - 1)).toBeLessThan(0.1);
  expect(Math.abs(Number(ofSystem) / (2 * perSecond) - 1)).toBeLessThan(0.1);

  // Nobody works for a while, and something waits.
  await shop.process('product').end('SIGKILL');
  const downSince = performance.now();
  await load.publish();
  await sleep(10_000);
  await shop.run('product');
  const downSeconds = (performance.now() - downSince) / 1000;
  await soon(async () => {
    expect(await prometheus.valueOf('millrace:service_up{service="product"}')).toBe(1);
  });

  const asked = [
    'millrace:service_failures:count1d{service="product"}',
    'millrace:service_mtbf_seconds:mean1d{service="product"}',
    'millrace:service_mttr_seconds:mean1d{service="product"}',
    'millrace:service_availability:ratio1d{service="product"}',
    'millrace:system_availability:ratio1d',
  ];
  // They are recorded one after the other: answers may be of two evaluations.
  const [failures, mtbf, mttr] = await soon(async () => {
    const figures = await Promise.all(asked.map((expression) => prometheus.valueOf(expression)));
    const [, between = 0, down = 0, ofService = 0, ofSystem = 0] = figures.map(Number);
    expect(ofService).toBeCloseTo(between / (between + down), 6);
    // Of all is recorded by another group, which may have seen a second less of this one.
    expect(Math.abs(ofSystem - ofService)).toBeLessThan(1.5 / (between + down));
    return figures;
  });
  const watchedSeconds = (performance.now() - watchedSince) / 1000;
  expect(failures).toBe(1);
  // It is looked once a second, and the observer looks once a second.
  expect(Math.abs(Number(mttr) - downSeconds)).toBeLessThan(4);
  expect(Math.abs(Number(mtbf) - (watchedSeconds - downSeconds))).toBeLessThan(8);
});

test('every command of a runbook that only looks can be run', {
  timeout: 180_000,
}, async (context) => {
  const { shop, prometheus, alertmanager } = await world(context);
  const root = resolve(import.meta.dirname, '../..');
  const environment = {
    ...process.env,
    PATH: `${dirname(programOf(context, 'PROMTOOL'))}:${process.env['PATH']}`,
    PROMETHEUS: prometheus.url,
    ALERTMANAGER: alertmanager.url,
    NATS_URL: shop.broker.url,
    HEALTH: shop.process('cart').health,
    SERVICE: 'cart',
  };
  const looks = [...new Set(runbooks.flatMap((page) => page.looks))];
  // There is no cluster here: what kubectl is asked for is held against the manifests elsewhere.
  const commands = looks.filter((command) => !command.startsWith('kubectl '));

  expect(commands.length).toBeGreaterThan(50);
  for (const command of commands) {
    const { code, output } = await runTool('bash', ['-c', command], {
      cwd: root,
      env: environment,
    });
    expect(code, `${command}\n${output}`).toBe(0);
    expect(output, command).not.toMatch(/parse error|not found|refused/);
  }
});

test('without the broker whoever is called hears of that, and of nothing else', {
  timeout: 120_000,
}, async (context) => {
  const { shop, prometheus, pager } = await world(context);
  await soon(async () => expect(await prometheus.firing()).toEqual([]), 60_000);
  const before = pager.told.length;
  const heard = () =>
    pager.told
      .slice(before)
      .filter(({ status }) => status === 'firing')
      .map(({ labels }) => labels['alertname']);

  await shop.broker.kill('SIGKILL');
  await soon(() => expect(heard()).toEqual(['MillraceBrokerUnreachable']), 20_000);
  const [alert] = pager.told.slice(before);
  // Six minutes for the rules, in which every process is disconnected and nobody answers.
  await soon(
    async () => expect(await prometheus.firing()).toContain('MillraceBrokerDisconnected'),
    30_000,
  );
  await sleep(10_000);

  expect(heard()).toEqual(['MillraceBrokerUnreachable']);
  expect(alert?.labels).toEqual({
    alertname: 'MillraceBrokerUnreachable',
    namespace: 'shop',
    severity: 'critical',
  });
  expect(alert?.annotations['runbook_url']).toMatch(/^https:.*\/MillraceBrokerUnreachable\.md$/);
  await shop.broker.start();
  await soon(async () => expect(await prometheus.firing()).toEqual([]), 60_000);
});
