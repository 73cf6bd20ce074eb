import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cartStream } from '../../src/contracts/cart/stream.ts';
import { productStream } from '../../src/contracts/product/stream.ts';
import type { ServiceStream } from '../../src/contracts/streams.ts';
import { userStream } from '../../src/contracts/user/stream.ts';
import type { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import type { StatusDocument } from '../../src/observer/status/status-document.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { RawProducer } from '../support/raw-producer.ts';
import { replaySample } from '../support/replay-sample.ts';
import { soon } from '../support/soon.ts';
import { WorkerProcess } from '../support/worker-process.ts';
import { openBus } from '../support/world-on-nats.ts';

const root = resolve(import.meta.dirname, '../..');
const program = process.env['CHROMIUM'];
/** `SCREENSHOTS=docs/figures npm test -- test/e2e/status.test.ts` makes the pictures of docs/status.md. */
const screenshots = process.env['SCREENSHOTS'];

let server: NatsServer;
let bus: NatsBus;
let browser: Browser;
let page: Page;
let observer: WorkerProcess;
let lost: WorkerProcess;
const processes: WorkerProcess[] = [];
const complaints: string[] = [];

const start = (name: string, script?: string): WorkerProcess => {
  const environment = {
    NATS_URL: server.url,
    STREAM_MAX_BYTES: '33554432',
    OBSERVE_EVERY_MS: '500',
  };
  const started = new WorkerProcess(name, environment, script);
  processes.push(started);
  return started;
};

const url = (path: string): string => `${observer.healthUrl}${path}`;

const status = async (): Promise<StatusDocument> =>
  (await fetch(url('/status.json'))).json() as Promise<StatusDocument>;

/** What stands in the row of a table, by the column's title. */
const row = async (id: string, head: string): Promise<Record<string, string>> => {
  const table = page.locator(`#${id} table`);
  const titles = await table.locator('thead th').allInnerTexts();
  const found = table.locator('tbody tr', {
    has: page.getByRole('rowheader', { name: head, exact: true }),
  });
  const cells = await found.locator('th, td').allInnerTexts();
  return Object.fromEntries(titles.map((title, index) => [title, cells[index]?.trim() ?? '']));
};

/** How many events a service's workers have settled for good, as their own metrics have it. */
const settledBy = async (service: string): Promise<number> => {
  const texts = await Promise.all(
    processes.map(async ({ healthUrl }) => (await fetch(`${healthUrl}/metrics`)).text()),
  );
  return texts
    .join('\n')
    .split('\n')
    .filter((line) => line.startsWith('millrace_events_settled_total{'))
    .filter((line) => line.includes(`service="${service}"`))
    .filter((line) => /outcome="(done|ignored|dead)"/.test(line))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
};

/** The mean of a histogram over all workers, as their own metrics have it. */
const meanOf = async (metric: string): Promise<number> => {
  const texts = await Promise.all(
    processes.map(async ({ healthUrl }) => (await fetch(`${healthUrl}/metrics`)).text()),
  );
  const total = (part: string): number =>
    [...texts.join('\n').matchAll(new RegExp(`^${metric}_${part}\\{.*\\} (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
  return total('sum') / total('count');
};

const verdict = (): Promise<string | null> => page.textContent('#verdict');

const shot = async (name: string): Promise<void> => {
  if (!screenshots) return;
  await mkdir(join(root, screenshots), { recursive: true });
  await page.screenshot({ path: join(root, screenshots, `status-${name}.png`) });
};

describe.skipIf(!program)('the page of the state of the system', { timeout: 200_000 }, () => {
  beforeAll(async () => {
    server = await startNatsServer();
    bus = await openBus(server);
    observer = start('observer', join(root, 'dist/observer/main.js'));
    for (const service of ['user', 'product', 'cart']) start(service);
    lost = start('cart');
    await soon(() => processes.map(({ healthUrl }) => healthUrl), 30_000);
    browser = await chromium.launch({ executablePath: program as string, args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1000, height: 1040 } });
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(url('/'))) complaints.push(`asked ${request.url()}`);
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url('/status'));
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await Promise.all(processes.map((one) => one[Symbol.asyncDispose]()));
    await bus?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  it('says how many replicas are ready, and who owns what', async () => {
    await soon(async () => {
      expect(await row('services', 'cart')).toMatchObject({
        State: 'up',
        'Replicas ready': '2 of 2',
      });
    });
    const cart = (await status()).services.find(({ service }) => service === 'cart');
    const owned = cart?.replicas.flatMap(({ partitions }) => partitions['CART'] ?? []) ?? [];
    expect(owned.sort((one, other) => one - other)).toEqual(
      Array.from({ length: cartStream.partitions }, (_, at) => at),
    );
  });

  it('shows under load what the streams hold', async () => {
    await replaySample({ url: server.url, from: 0, to: 1_500 });
    await soon(async () => {
      for (const { waitingEvents } of (await status()).services) expect(waitingEvents).toBe(0);
    }, 60_000);
    const counts = new Map<ServiceStream, number>();
    for (const stream of [userStream, productStream, cartStream]) {
      const requests = await bus.upkeep.countsOf(stream, `in.${stream.service}.>`);
      counts.set(
        stream,
        [...requests.values()].reduce((sum, one) => sum + one, 0),
      );
    }
    const facts = await bus.upkeep.countsOf(productStream, 'fact.product.>');
    const ofProducts = [...facts.values()].reduce((sum, one) => sum + one, 0);
    await soon(async () => {
      const { services } = (await status()).figures;
      const settled = Object.fromEntries(services.map((one) => [one.service, one.settledEvents]));
      expect(settled).toEqual({
        user: counts.get(userStream),
        product: counts.get(productStream),
        cart: await settledBy('cart'),
      });
      // A fact may be handled twice where a busy machine takes a partition from its owner.
      expect(settled['cart']).toBeGreaterThanOrEqual((counts.get(cartStream) ?? 0) + ofProducts);
    }, 30_000);
    await soon(async () => {
      const { messages } = (await bus.watch.look(cartStream)) ?? {};
      const shown = (await row('streams', 'CART'))['Messages'];
      expect(shown?.replaceAll(',', '')).toBe(String(messages));
    }, 30_000);
    const { responseSeconds, latencySeconds, throughputPerSecond } = (await status()).figures
      .system;
    expect(responseSeconds).toBeCloseTo(await meanOf('millrace_event_response_seconds'), 6);
    expect(latencySeconds).toBeCloseTo(await meanOf('millrace_event_visible_seconds'), 6);
    expect(throughputPerSecond).toBeGreaterThan(0);
    expect(await verdict()).toMatch(/nothing is known to be wrong/i);
    expect(await page.locator('#plot-throughput canvas').count()).toBe(1);
    await shot('well');
  });

  it('can be read by everybody, on light and on dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate('axe.run()')) as {
        violations: readonly { id: string; nodes: readonly { html: string }[] }[];
      };
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('has its numbers without a script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(url('/status'));
    const rows = await plain.getByRole('row').allInnerTexts();
    expect(rows).toContainEqual(expect.stringMatching(/^cart\s+up\s+2 of 2\s+0/));
    expect(rows).toContainEqual(expect.stringMatching(/^the system\s+[\d.]+\/s/));
    await context.close();
  });

  it('shows a killed worker and a dead letter within seconds', async () => {
    const name = (await status()).services
      .find(({ service }) => service === 'cart')
      ?.replicas.map((replica) => replica.name);
    lost.signal('SIGKILL');
    const producer = await RawProducer.connect(server.url);
    producer.publish('cart.add.somebody', 'no JSON');
    await producer.flush();
    producer.close();
    await soon(async () => {
      const cart = await row('services', 'cart');
      expect(cart).toMatchObject({ 'Dead letters': '1' });
      expect(cart['Replicas ready']).toMatch(/^1 of/);
      const states = await Promise.all((name ?? []).map((one) => row('replicas', one)));
      expect(states.map(({ State: state }) => state)).toContainEqual(
        expect.stringMatching(/silent|gone/),
      );
      expect(await verdict()).toContain('1 dead letter of cart');
    }, 20_000);
    await shot('trouble');
  });

  it('says that the broker is gone, and when it is back', async () => {
    await server.kill('SIGKILL');
    await soon(async () => expect(await verdict()).toMatch(/the broker does not answer/i), 30_000);
    await server.start();
    await soon(
      async () => expect(await verdict()).not.toMatch(/the broker does not answer/i),
      20_000,
    );
    await soon(async () => {
      expect(await row('services', 'user')).toMatchObject({
        State: 'up',
        'Replicas ready': '1 of 1',
      });
    }, 20_000);
  });

  it('asks nobody else, and nothing on it is refused by its own policy', async () => {
    const answer = await fetch(url('/status'));
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(complaints).toEqual([]);
    expect(await answer.text()).not.toContain('somebody');
  });
});
