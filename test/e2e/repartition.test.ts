import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { cart } from '../../src/workers/cart/service.ts';
import { product } from '../../src/workers/product/service.ts';
import { user } from '../../src/workers/user/service.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { replaySample } from '../support/replay-sample.ts';
import { soon } from '../support/soon.ts';
import { WorkerProcess } from '../support/worker-process.ts';
import { openBus } from '../support/world-on-nats.ts';

const root = resolve(import.meta.dirname, '../..');
let server: NatsServer;
let bus: NatsBus;
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  server = await startNatsServer();
  bus = await openBus(server);
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  await bus?.[Symbol.asyncDispose]();
  await server?.stop();
});

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

const run = (tool: string, ...args: readonly string[]): Promise<Ended> =>
  new Promise((done) => {
    const all = [join(root, 'dist/cli', tool, 'main.js'), '--url', server.url, ...args];
    execFile(process.execPath, all, (error, output, errors) =>
      done({ code: Number(error?.code ?? 0), output, errors }),
    );
  });

const startShop = (): void => {
  workers = [user, product, cart].map(
    ({ name }) => new WorkerProcess(name, { NATS_URL: server.url, LOG_LEVEL: 'info' }),
  );
};

const stopShop = async (): Promise<void> => {
  for (const worker of workers) worker.signal('SIGTERM');
  await Promise.all(workers.map((worker) => worker.ends()));
};

const move = (partitions: number, ...args: readonly string[]): Promise<Ended> =>
  run('repartition', '--service', 'product', '--partitions', String(partitions), ...args);

/** Publishes lines of the sample. */
const replay = (from: number, to: number): Promise<void> =>
  replaySample({ url: server.url, from, to });

const settled = (): Promise<void> =>
  soon(async () => {
    for (const { stream } of [user, product, cart]) {
      const lags = await bus.lagsOf(stream);
      expect(lags.length).toBeGreaterThan(0);
      for (const lag of lags) expect(lag).toMatchObject({ pending: 0, unacknowledged: 0 });
    }
  }, 60_000);

it('moves a stream of the shop there and back, as the procedure says', {
  timeout: 240_000,
}, async () => {
  startShop();
  await replay(0, 1_500);
  await settled();
  const early = await move(16);
  expect(early.code).toBe(1);
  expect(early.errors).toMatch(/workers of product run .*: stop them/);
  expect(early.errors).toMatch(/workers of cart run .*: stop them/);
  await stopShop();
  await replay(1_500, 2_000);

  const tried = await move(16, '--dry-run');
  expect(tried).toMatchObject({ code: 0 });
  expect(tried.output).toMatch(/could move PRODUCT from 8 to 16 partitions/);
  const there = await move(16);
  expect(there).toMatchObject({ code: 0 });
  expect(there.output).toContain("defineStream('product', 16)");

  const refused = new WorkerProcess('product', { NATS_URL: server.url });
  expect(await refused.ends()).not.toBe(0);
  const why = 'has 16 partitions, declared are 8: declare 16 to keep them, or move the stream';
  expect(refused.log + refused.errors).toContain(why);
  const tools = [await run('verify'), await run('dead-letters', 'list')];
  for (const { code, errors } of tools) {
    expect({ code, errors }).toEqual({ code: 1, errors: expect.stringContaining(why) });
  }

  expect(await move(8)).toMatchObject({ code: 0 });
  expect((await move(8)).output).toContain('has 8 partitions already');
  startShop();
  await replay(2_000, 3_000);
  await settled();
  const verified = await run('verify');
  expect(verified).toMatchObject({ code: 0 });
  expect(verified.output).toMatch(/^in all/m);
});

it('says what is wrong with a call', async () => {
  expect(await move(0)).toMatchObject({ code: 2 });
  expect((await run('repartition', '--service', 'product')).errors).toMatch(/--partitions says/);
  const unknown = await run('repartition', '--service', 'shop', '--partitions', '4');
  expect(unknown.errors).toMatch(/no service "shop": there are user, product, cart/);
});
