import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { CartAdd } from '../../../src/contracts/cart/cart-add.ts';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { addProducts, factsByCause } from '../../support/cart-load.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import { publish } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';
import { WorkerProcess } from '../../support/worker-process.ts';
import { controlUntil } from './live-controller.ts';
import { LiveFleet } from './live-fleet.ts';
import { pacedAutoscaler } from './paced-autoscaler.ts';
import { turnsIn } from './simulate.ts';

/** The autoscaler's time passes faster than ours by so much; 1 shows it as it is, in twenty minutes. */
const pace = Number(process.env['AUTOSCALING_PACE'] ?? 10);
const concurrency = 4;
const handleMs = 160;
/** Events that one worker settles in a second: its handlers wait, so no processor is in the way. */
const perSecond = (concurrency * 1000) / handleMs;
const users = 400;
const autoscaler = pacedAutoscaler(perSecond, pace);
const slowScript = join(import.meta.dirname, '../../support/slow-cart-worker.mjs');
const observerScript = resolve(import.meta.dirname, '../../../dist/observer/main.js');

/** Publishes so many a second until told to stop; resolves to how many that were. */
const publishWhile = async (bus: NatsBus, rate: () => number, isOver: () => boolean) => {
  const under: Promise<unknown>[] = [];
  let due = 0;
  let last = performance.now();
  for (let n = 0; ; ) {
    const now = performance.now();
    due += (rate() * (now - last)) / 1000;
    last = now;
    for (; due >= 1; due--, n++) {
      const event = CartAdd({ userId: `user ${n % users}`, productId: 'tea', quantity: 1 });
      const sent = publish(bus, event, `add ${n}`);
      sent.catch(() => {});
      under.push(sent);
    }
    if (isOver()) {
      await Promise.all(under);
      return n;
    }
    await sleep(20);
  }
};

it('follows a tenfold burst with real workers: up in seconds, down one by one, each event once', {
  timeout: (2_400 / pace + 120) * 1000,
}, async () => {
  await using server = await startNatsServer();
  await addProducts(server);
  const environment = { NATS_URL: server.url };
  await using fleet = new LiveFleet(
    () =>
      new WorkerProcess(
        'cart',
        {
          ...environment,
          CONCURRENCY: String(concurrency),
          PREFETCH: String(2 * concurrency),
          HANDLE_MS: String(handleMs),
        },
        slowScript,
      ),
  );
  fleet.scaleTo(2);
  await using observer = new WorkerProcess(
    'observer',
    { ...environment, OBSERVE_EVERY_MS: String(Math.max(200, Math.round(5_000 / pace))) },
    observerScript,
  );
  await soon(async () => expect(await fleet.ready()).toBe(2), 20_000);
  const lagUrl = await soon(async () => {
    const url = `${observer.healthUrl}/lag/cart`;
    expect((await fetch(url)).status).toBe(200);
    return url;
  });
  const broker = { servers: [server.url], name: 'load', replicas: 1, storage: 'file' } as const;
  await using bus = await NatsBus.connect(broker);
  let rate = 0.6 * perSecond;
  let isOver = false;
  const course = controlUntil({ autoscaler, fleet, lagUrl, pace }, () => isOver);
  const published = publishWhile(
    bus,
    () => rate,
    () => isOver,
  );
  const begun = performance.now();
  const atSecond = (second: number) =>
    sleep(Math.max(0, begun + (second / pace) * 1000 - performance.now()));

  await atSecond(120);
  rate = 6 * perSecond;
  await atSecond(300);
  rate = 0.6 * perSecond;
  await atSecond(900);
  isOver = true;

  const { moments, changes } = await course;
  const seconds = (ours: number) => Math.round(ours * pace);
  process.stderr.write(
    `${changes.map(({ second, from, to }) => `${seconds(second)} s: ${from} -> ${to}`).join(', ')}; ` +
      `oldest ${Math.max(...moments.map(({ age }) => age * pace || 0)).toFixed(1)} s, ` +
      `most ${Math.max(...moments.map(({ lag }) => lag || 0))} waiting\n`,
  );
  const most = Math.max(...moments.map(({ wanted }) => wanted));
  expect(most).toBeGreaterThanOrEqual(6);
  expect(most).toBeLessThanOrEqual(autoscaler.maxReplicas);
  const upAt = changes.find(({ to }) => to >= 6)?.second ?? Number.POSITIVE_INFINITY;
  expect(seconds(upAt)).toBeLessThan(120 + 90);
  expect(turnsIn({ moments, changes }).length).toBeLessThanOrEqual(1);
  const downs = changes.filter(({ from, to }) => to < from);
  expect(downs.length).toBeGreaterThan(0);
  expect(downs.every(({ from, to }) => from - to === 1)).toBe(true);
  const events = await published;
  const facts = await soon(async () => {
    const found = await factsByCause(bus);
    expect(found.size).toBe(events);
    return found;
  }, 20_000);
  expect([...facts.values()].every((caused) => caused.length === 1)).toBe(true);
});
