import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cartStream } from '../../src/contracts/cart/stream.ts';
import { subjectsOf } from '../../src/contracts/streams.ts';
import { provideCart } from '../../src/workers/cart/composition.ts';
import { cart } from '../../src/workers/cart/service.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { contentsOf, type ServiceUnderTest, startOnServer } from '../support/running-service.ts';
import { soon } from '../support/soon.ts';

const program = resolve(import.meta.dirname, '../../dist/cli/dead-letters/main.js');
let server: NatsServer;
let service: ServiceUnderTest;

beforeAll(async () => {
  server = await startNatsServer();
  service = await startOnServer(cart, server, { provide: provideCart });
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await server.stop();
});

const run = async (...args: string[]) => {
  const child = spawn(process.execPath, [program, ...args, '--url', server.url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const [code] = await once(child, 'close');
  return { code, output, errors };
};

const letters = () => contentsOf(service.bus, cartStream, subjectsOf(cartStream).deadLetters);

/** Publishes events of a user without a quantity, and waits until they are dead. */
const kill = async (...ids: string[]): Promise<void> => {
  const before = (await letters()).length;
  const body = JSON.stringify({ userId: 'jane', productId: 'tea' });
  for (const id of ids) {
    const headers = { 'ce-specversion': '1.0', 'ce-id': id, 'x-from': 'jane' };
    await service.bus.publisher.publishRaw({ subject: 'cart.add.jane', headers, body }, id);
  }
  await soon(async () => expect(await letters()).toHaveLength(before + ids.length));
};

test('lists what is dead, with how many by reason, and says whose it is only when told to', async () => {
  await kill('l-1', 'l-2');

  const { code, output } = await run('list', '--id', 'l-1', '--id', 'l-2');

  expect(code).toBe(0);
  expect(output).toMatch(/cart\/\d+ .*invalid-data +cart\.add +l-1 /);
  expect(output).toMatch(/invalid-data +2\nall +2/);
  expect(output).not.toContain('jane');
  const revealed = await run('show', 'l-1', '--reveal');
  expect(JSON.parse(revealed.output)).toMatchObject({
    id: 'l-1',
    record: { attempts: '1', deliveries: '1', stream: 'CART' },
    headers: { 'x-from': 'jane' },
    data: { userId: 'jane', productId: 'tea' },
  });
  const shown = await run('show', 'l-1');
  expect(shown.output).not.toContain('jane');
  expect(JSON.parse(shown.output).data).toEqual({ userId: '[redacted]', productId: 'tea' });
});

test('redrives exactly those that are meant, once, and says who did it', async () => {
  await kill('r-1', 'r-2', 'other');

  const asked = await run('redrive', 'r-1', 'r-2');
  expect(asked).toMatchObject({ code: 2, errors: 'redrive 2 dead letters? Say --yes\n' });
  const dry = await run('redrive', 'r-1', 'r-2', '--dry-run');
  expect(dry.output).toMatch(/all +2\n$/);
  const before = await letters();

  const done = await run('redrive', 'r-1', 'r-2', '--yes', '--by', 'anna', '--note', 'mended');

  expect(done).toMatchObject({ code: 0, errors: '' });
  expect(done.output).toMatch(/redriven +2\nruled on before +0\nfailed +0\n$/);
  // Nobody has mended anything, so that they die again, under their new ids.
  const again = await soon(async () => {
    const found = (await letters()).slice(before.length);
    expect(found).toHaveLength(2);
    return found;
  });
  expect(again.map((letter) => letter.header('ce-id'))).toEqual(['r-1.redrive.1', 'r-2.redrive.1']);
  expect(again[0]?.header('ce-causationid')).toBe('r-1');
  expect(again[0]?.header('ce-correlationid')).toBe('r-1');
  expect(Buffer.from(again[0]?.body ?? '').toString()).toBe('{"userId":"jane","productId":"tea"}');

  expect(await run('redrive', 'r-1')).toMatchObject({
    code: 1,
    errors: 'no such dead letter: r-1\n',
  });
  const ruled = JSON.parse((await run('list', '--json', '--all', '--id', 'r-1')).output);
  expect(ruled.ruling).toMatchObject({
    action: 'redriven',
    newId: 'r-1.redrive.1',
    by: 'anna',
    note: 'mended',
  });
  await run('redrive', 'r-1.redrive.1');
  await soon(async () => {
    const last = (await letters()).at(-1);
    expect(last?.header('ce-id')).toBe('r-1.redrive.2');
    expect(last?.header('millrace-redrive-of')).toBe(String(again[0]?.sequence));
  });
});

test('discards by what they died of, and shows them no longer', async () => {
  await kill('d-1', 'd-2');

  const { code, output } = await run(
    'discard',
    '--reason',
    'invalid-data',
    '--yes',
    '--limit',
    '100',
  );

  expect(code).toBe(0);
  expect(output).toMatch(/discarded +\d+\nruled on before +0\nfailed +0\n$/);
  expect((await run('list')).output).toBe('no dead letters\n');
  const before = (await letters()).length;
  expect((await run('redrive', '--since', '1h')).output).toBe('');
  expect(await letters()).toHaveLength(before);
});

test('says what is wrong with a call', async () => {
  expect(await run('bury')).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/list, show, redrive, discard/),
  });
  expect(await run('show')).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/which dead letter/),
  });
  expect(await run('list', '--service', 'x')).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/"x".*cart/),
  });
  expect(await run('list', '--since', 'now')).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/--since.*"now"/),
  });
  expect(await run('show', 'cart/999')).toMatchObject({
    code: 1,
    errors: expect.stringMatching(/cart\/999/),
  });
});
