import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GuardedShop } from '../../support/guarded-shop.ts';
import { soon } from '../../support/soon.ts';
import type { WorkerProcess } from '../../support/worker-process.ts';

let shop: GuardedShop;
let observer: WorkerProcess;
let folder: string;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-lines-'));
  shop = await GuardedShop.open();
  observer = shop.startObserver();
  for (const service of ['user', 'product', 'cart', 'cart']) shop.startWorker(service);
  await shop.ready();
});

afterAll(async () => {
  await shop?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const ada = { username: 'ada', password: 'correct horse battery' };

const price = async () => {
  const { body } = await shop.ask('GET', '/carts/me', { token });
  const { items } = body as { items?: { productId: string; price: { amount: number } }[] };
  return items?.find(({ productId }) => productId === 'tea')?.price.amount;
};

it('registers, logs in, sells, searches, fills carts and reprices them, each process by its own key', async () => {
  expect(
    (await shop.ask('POST', '/users', { body: { ...ada, email: 'ada@example.com' } })).status,
  ).toBe(201);
  const session = await shop.ask('POST', '/sessions', { body: ada });
  token = String(session.body['token']);
  const tea = { productId: 'tea', name: 'Tea', price: { amount: 450, currency: 'EUR' } };
  expect((await shop.ask('POST', '/products', { body: tea, token })).status).toBe(201);
  await soon(async () => {
    const { body } = await shop.ask('GET', '/products?search=tea');
    expect(body['total']).toBe(1);
  });
  const item = { productId: 'tea', quantity: 2 };

  await soon(async () => {
    const added = await shop.ask('POST', '/carts/me/items', { body: item, token });
    expect([200, 201]).toContain(added.status);
  });
  expect(await price()).toBe(450);

  const cheaper = { price: { amount: 400, currency: 'EUR' } };
  expect((await shop.ask('PATCH', '/products/tea', { body: cheaper, token })).status).toBe(200);
  await soon(async () => expect(await price()).toBe(400));
});

const lines = async (events: readonly object[]): Promise<string> => {
  const file = join(folder, 'events.ndjson');
  await writeFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return file;
};

const add = (userId: string, productId: string) => ({
  type: 'cart.add',
  data: { userId, productId, quantity: 1 },
});

it('goes on when a worker is killed, and when another leaves', async () => {
  const leaving = shop.processes.slice(-2);
  const file = await lines(Array.from({ length: 40 }, (_, n) => add(`u${n % 8}`, 'tea')));
  leaving[0]?.signal('SIGKILL');

  const replayed = await shop.run('replay', 'cli/replay/main.js', file);

  expect(replayed).toMatchObject({ code: 0 });
  shop.startWorker('cart');
  await shop.ready();
  leaving[1]?.signal('SIGTERM');
  expect(await leaving[1]?.ends()).toBe(0);
  await soon(async () => {
    const { code, output } = await shop.run('verify', 'cli/verify/main.js', '--json');
    expect(code).toBe(0);
    const [, , carts] = (JSON.parse(output) as { streams: { counts: Counts }[] }).streams;
    expect(carts?.counts['waiting']).toBe(0);
  }, 20_000);
}, 60_000);

type Counts = Readonly<Record<string, number>>;

it('lets an operator look for dead letters, redrive and discard them', async () => {
  // Not sold by anybody, and without what its contract asks for.
  const broken = { type: 'cart.add', data: { userId: 'u1' } };
  const file = await lines([broken, broken]);
  await shop.run('replay', 'cli/replay/main.js', '--as-is', file);
  const list = () => shop.run('deadletters', 'cli/dead-letters/main.js', 'list', '--json');
  const letters = await soon(async () => {
    const found = (await list()).output.trim().split('\n');
    expect(found).toHaveLength(2);
    return found.map((line) => JSON.parse(line) as { id: string });
  });
  const rule = (...args: string[]) => shop.run('deadletters', 'cli/dead-letters/main.js', ...args);

  expect(await rule('redrive', letters[0]?.id ?? '')).toMatchObject({ code: 0 });
  expect(await rule('discard', letters[1]?.id ?? '')).toMatchObject({ code: 0 });

  await soon(async () => expect((await list()).output).toContain('.redrive.1'));
});

it('lets an observer see what waits, what is dead and who is there', async () => {
  const lag = await fetch(`${observer.healthUrl}/lag/cart`);
  const metrics = await (await fetch(`${observer.healthUrl}/metrics`)).text();

  expect(await lag.json()).toMatchObject({ waitingEvents: expect.any(Number) });
  expect(metrics).toMatch(/millrace_dead_letters_held{[^}]*service="cart"[^}]*} [12]\n/);
  expect((await fetch(`${observer.healthUrl}/status`)).status).toBe(200);
});

it('saves the streams, and checks what was saved', async () => {
  const backup = (...args: string[]) => shop.run('backup', 'cli/backup/main.js', ...args);

  expect(await backup('save', join(folder, 'saved'), '--running')).toMatchObject({ code: 0 });
  expect(await backup('check', join(folder, 'saved'))).toMatchObject({ code: 0 });
});

it('verifies, repairs, and moves a stream to another number of partitions', async () => {
  const verified = await shop.run('verify', 'cli/verify/main.js', '--repair');
  expect(verified).toMatchObject({ code: 0, errors: '' });

  const carts = shop.processes.slice(4).filter(({ isRunning }) => isRunning);
  for (const one of carts) one.signal('SIGTERM');
  for (const one of carts) expect(await one.ends()).toBe(0);
  const args = ['--service', 'cart', '--partitions', '16'];
  const moved = await shop.run('repartition', 'cli/repartition/main.js', ...args);

  expect(moved).toMatchObject({ code: 0, output: expect.stringContaining('moved CART') });
});

it('nobody was refused anything on the way', () => {
  expect(shop.complaints()).toEqual([]);
});
