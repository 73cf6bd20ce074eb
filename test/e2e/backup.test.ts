import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CartAdd } from '../../src/contracts/cart/cart-add.ts';
import { presenceSubject, somebody } from '../../src/infra/nats/presence.ts';
import { provideCart } from '../../src/workers/cart/composition.ts';
import { cart } from '../../src/workers/cart/service.ts';
import { product } from '../../src/workers/product/service.ts';
import {
  actualCarts,
  addProducts,
  expectedCarts,
  expectedFacts,
  factsByCause,
  publishLoad,
} from '../support/cart-load.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { publish, type ServiceUnderTest, startOnServer } from '../support/running-service.ts';
import { soon } from '../support/soon.ts';

const load = { events: 240, users: 30 };
const handledBefore = 180;
const both = ['--service', 'product', '--service', 'cart'];
let old: NatsServer;
let fresh: NatsServer;
let folder: string;
let backup: string;

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

const run = (program: string, ...args: string[]): Promise<Ended> =>
  new Promise((done) => {
    const path = resolve(import.meta.dirname, `../../dist/cli/${program}/main.js`);
    execFile(process.execPath, [path, ...args], (error, output, errors) =>
      done({ code: Number(error?.code ?? 0), output, errors }),
    );
  });

const save = (server: NatsServer, ...args: string[]) =>
  run('backup', 'save', ...args, ...both, '--url', server.url);
const restore = (server: NatsServer, from: string) =>
  run('backup', 'restore', from, ...both, '--url', server.url);
const verify = (server: NatsServer) => run('verify', ...both, '--url', server.url);

const handled = (worker: ServiceUnderTest, events: number) =>
  soon(async () => expect((await factsByCause(worker.bus)).size).toBe(events), 20_000);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-backup-'));
  backup = join(folder, 'saved');
  old = await startNatsServer();
  await addProducts(old);
  await using worker = await startOnServer(cart, old, { provide: provideCart });
  await publishLoad(worker.bus, load, { to: handledBefore });
  await handled(worker, handledBefore);
});

afterAll(async () => {
  await old?.stop();
  await fresh?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('saves nothing while workers run, unless that is said', async () => {
  await using worker = await startOnServer(cart, old, { provide: provideCart });
  await soon(async () => {
    const { code, errors } = await save(old, join(folder, 'refused'));
    expect(code).toBe(1);
    expect(errors).toContain('workers run (cart.');
  });
  expect(worker.running).toBeDefined();

  const { code, output } = await save(old, join(folder, 'running'), '--running');

  expect(output).toContain('while workers ran');
  expect(code).toBe(0);
});

it('saves nothing either while somebody is connected who announces nothing, as one that is frozen', async () => {
  const connection = await connect({ servers: old.url });
  connection.subscribe(presenceSubject('cart', somebody));
  await connection.flush();

  await soon(async () => {
    const { code, errors } = await save(old, join(folder, 'refused'));
    expect(code).toBe(1);
    expect(errors).toContain('workers run (cart, which is connected)');
  });

  await connection.close();
});

it('saves what is handled and what waits, the stream that others react to first', async () => {
  await soon(async () => {
    const { code, errors } = await save(old, backup);
    expect(errors).toBe('');
    expect(code).toBe(0);
  }, 15_000);
  await rm(backup, { recursive: true });
  const worker = await startOnServer(product, old);
  await publishLoad(worker.bus, load, { from: handledBefore });
  await worker[Symbol.asyncDispose]();

  const { output } = await soon(async () => {
    const ended = await save(old, backup);
    expect(ended.code).toBe(0);
    return ended;
  }, 15_000);

  expect(output.match(/saved: (PRODUCT|CART)/g)).toEqual(['saved: PRODUCT', 'saved: CART']);
  expect((await readdir(backup)).sort()).toEqual([
    'CART.snapshot',
    'PRODUCT.snapshot',
    'backup.json',
  ]);
  expect(await save(old, backup)).toMatchObject({
    code: 1,
    errors: expect.stringContaining('not empty'),
  });
  expect(await run('backup', 'check', backup)).toMatchObject({ code: 0 });
});

it('finds a damaged part and a backup that was never finished', async () => {
  const damaged = join(folder, 'damaged');
  await cp(backup, damaged, { recursive: true });
  const part = join(damaged, 'CART.snapshot');
  const bytes = await readFile(part);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await writeFile(part, bytes);

  const found = await run('backup', 'check', damaged);
  expect(found).toMatchObject({ code: 1, errors: expect.stringContaining('CART.snapshot is not') });

  await rm(join(damaged, 'backup.json'));
  const unfinished = await run('backup', 'check', damaged);
  expect(unfinished).toMatchObject({ code: 1, errors: expect.stringContaining('no whole backup') });
});

it('makes the streams again on another broker, and work goes on as if nothing had been', async () => {
  fresh = await startNatsServer();

  expect(await restore(fresh, backup)).toMatchObject({ code: 0, errors: '' });

  expect(await verify(fresh)).toMatchObject({ code: 0 });
  await using products = await startOnServer(product, fresh);
  await using worker = await startOnServer(cart, fresh, { provide: provideCart });
  await handled(worker, load.events);
  // Published again after the loss, as producers do that had no answer: still one effect each.
  await publishLoad(worker.bus, load, { from: handledBefore - 20 });
  await publish(worker.bus, CartAdd({ userId: 'new', productId: 'tea', quantity: 1 }), 'new');
  await handled(worker, load.events + 1);
  const facts = await factsByCause(worker.bus);
  facts.delete('new');
  expect(facts).toEqual(expectedFacts(load));
  expect(await actualCarts(worker.bus, load)).toEqual(expectedCarts(load));
  expect(await verify(fresh)).toMatchObject({ code: 0 });
  expect(products.running).toBeDefined();
});

it('overwrites nothing', async () => {
  expect(await restore(fresh, backup)).toMatchObject({
    code: 1,
    errors: expect.stringContaining('there is a stream PRODUCT already'),
  });
});

it('refuses what it cannot follow, with code 2', async () => {
  expect(await run('backup', 'save', 'x', '--service', 'x')).toMatchObject({
    code: 2,
    errors: expect.stringContaining('no service "x"'),
  });
  expect((await run('backup', '--help')).output).toContain('usage');
});
