import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { connect, headers, type JetStreamManager, type NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProductAdd } from '../../src/contracts/product/product-add.ts';
import { ProductUpdate } from '../../src/contracts/product/product-update.ts';
import { placeOf, stateSubject } from '../../src/contracts/streams.ts';
import { product } from '../../src/workers/product/service.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import {
  contentsOf,
  publish,
  type ServiceUnderTest,
  startOnServer,
} from '../support/running-service.ts';
import { soon } from '../support/soon.ts';

const program = resolve(import.meta.dirname, '../../dist/cli/verify/main.js');
const { stream } = product;
let server: NatsServer;
let worker: ServiceUnderTest;
let connection: NatsConnection;
let manager: JetStreamManager;

beforeAll(async () => {
  server = await startNatsServer();
  worker = await startOnServer(product, server);
  connection = await connect({ servers: server.url });
  manager = await connection.jetstreamManager();
});

afterAll(async () => {
  await connection?.close();
  await worker?.[Symbol.asyncDispose]();
  await server?.stop();
});

const verify = (...args: string[]): Promise<{ code: number; output: string; errors: string }> =>
  new Promise((done) => {
    const all = [program, '--url', server.url, ...args];
    execFile(process.execPath, all, (error, output, errors) =>
      done({ code: Number(error?.code ?? 0), output, errors }),
    );
  });

interface Report {
  readonly events: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Readonly<Record<string, unknown>>[];
}

const verifyProducts = async (...args: string[]) => {
  const { code, output } = await verify('--json', '--service', 'product', ...args);
  const { streams, repair } = JSON.parse(output) as { streams: Report[]; repair?: object };
  const [report] = streams;
  if (!report) throw new Error('no report');
  return { code, report, repair, found: report.findings.map(({ verdict, id }) => [verdict, id]) };
};

const price = { amount: 100, currency: 'EUR' };
const add = (productId: string, id = `add ${productId}`) =>
  publish(worker.bus, ProductAdd({ productId, name: productId, description: '', price }), id);
const rename = (productId: string, name: string) =>
  publish(worker.bus, ProductUpdate({ productId, name }), `rename ${productId} ${name}`);

/** Everything published is handled and acknowledged. */
const settled = () =>
  soon(async () => {
    const lags = await worker.bus.lagsOf(stream);
    expect(lags.map(({ pending, unacknowledged }) => pending + unacknowledged)).toEqual(
      lags.map(() => 0),
    );
  });

const factsOf = async (id: string) =>
  (await contentsOf(worker.bus, stream, 'fact.product.>')).filter(
    ({ header }) => header('ce-causationid') === encodeURIComponent(id),
  );

/** What a power cut may do, done by hand: the event is acknowledged, its effects are gone. */
const loseEffects = async (productId: string, id: string) => {
  for (const { sequence } of await factsOf(id))
    await manager.streams.deleteMessage(stream.name, sequence);
  await manager.streams.purge(stream.name, {
    filter: stateSubject(stream, placeOf(stream, productId)),
  });
};

it('accounts for every event of a system that runs, while more are published', async () => {
  let isDone = false;
  const load = (async () => {
    for (let n = 0; !isDone; n++)
      await (n % 3 === 0 ? add(`tea-${n % 30}`, `tea ${n}`) : rename(`tea-${n % 30}`, `n${n}`));
  })();

  for (let n = 0; n < 3; n++) {
    const { code, report } = await verifyProducts();
    expect(report.counts).toMatchObject({ missing: 0, doubled: 0, disordered: 0 });
    expect(code).toBe(0);
  }

  isDone = true;
  await load;
  await settled();
  const { report } = await verifyProducts();
  expect(report.counts).toMatchObject({ waiting: 0, unproven: 0, missing: 0 });
  expect(report.events).toBe((await contentsOf(worker.bus, stream, 'in.product.>')).length);
});

it('finds what is acknowledged ahead of the state, and repairs just that, on record', async () => {
  await add('lost');
  await settled();
  await loseEffects('lost', 'add lost');

  const { code, output } = await verify('--service', 'product');
  expect(code).toBe(1);
  expect(output).toMatch(/^MISSING +1$/m);
  expect(output).toMatch(/MISSING PRODUCT \d+ \(partition \d+, key #[0-9a-f]{12}, id add lost\)/);
  expect((await verify('--service', 'product', '--reveal')).output).toContain('key lost,');
  const before = await verifyProducts('--repair', '--dry-run');
  expect(before).toMatchObject({ code: 1, repair: { published: 1, dryRun: true } });
  expect(await contentsOf(worker.bus, stream, 'repair.product.>')).toEqual([]);

  const repaired = await verifyProducts('--repair');

  expect(repaired).toMatchObject({ code: 0, repair: { published: 1, doneBefore: 0 } });
  await settled();
  await soon(async () => expect(await factsOf('add lost')).toHaveLength(1));
  const after = await verifyProducts('--repair');
  expect(after).toMatchObject({ code: 0, repair: { published: 0 } });
  expect(after.report.counts).toMatchObject({ missing: 0, repeated: 1 });
  const records = await contentsOf(worker.bus, stream, 'repair.product.>');
  expect(records.map(({ body }) => JSON.parse(Buffer.from(body).toString()))).toEqual([
    expect.objectContaining({ event: 'add lost', by: expect.stringContaining('@') }),
  ]);
});

it('finds facts that are there twice or in a wrong order', async () => {
  await add('planted');
  for (const name of ['one', 'two', 'three']) await rename('planted', name);
  await settled();
  const [twice] = await factsOf('rename planted one');
  const [late] = await factsOf('rename planted two');
  if (!twice || !late) throw new Error('a fact is missing');
  const publishAgain = async (fact: typeof twice) => {
    const copied = headers();
    for (const [name, value] of Object.entries(fact.allHeaders())) {
      if (!name.startsWith('Nats-')) copied.set(name, value);
    }
    await connection.jetstream().publish(fact.subject, fact.body, { headers: copied });
  };
  await publishAgain(twice);
  await manager.streams.deleteMessage(stream.name, late.sequence);
  await publishAgain(late);

  const { code, found } = await verifyProducts();

  expect(code).toBe(1);
  expect(found).toEqual([
    ['doubled', 'rename planted one'],
    ['disordered', 'rename planted two'],
  ]);
  const { counts } = (await verifyProducts('--since', '0s')).report;
  expect(counts).toMatchObject({ doubled: 0, disordered: 0 });
});

it('refuses what it cannot follow, with code 2', async () => {
  for (const args of [
    ['--servce', 'x'],
    ['--service', 'x'],
    ['--since', 'x'],
    ['--dry-run'],
    ['x'],
  ]) {
    const { code, errors } = await verify(...args);
    expect(code).toBe(2);
    expect(errors).toMatch(/"?(--servce|x|--dry-run)"?/);
  }
  expect(await verify('--help')).toMatchObject({
    code: 0,
    output: expect.stringContaining('usage'),
  });
});
