import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cartStream } from '../../src/contracts/cart/stream.ts';
import { subjectsOf } from '../../src/contracts/streams.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { soon } from '../support/soon.ts';

const program = resolve(import.meta.dirname, '../../dist/cli/replay/main.js');
let server: NatsServer;
let folder = '';

const connect = (): Promise<NatsBus> =>
  NatsBus.connect({ name: 'test', servers: [server.url], replicas: 1, storage: 'file' });

beforeAll(async () => {
  server = await startNatsServer();
  folder = await mkdtemp(join(tmpdir(), 'millrace-replay-'));
  await using bus = await connect();
  await bus.ensure({ streams: [cartStream], consumers: [] });
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const replaying = (args: readonly string[]) => {
  const child = spawn(process.execPath, [program, ...args, '--url', server.url]);
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
    });
  }
  const ended = once(child, 'close').then(([code]: unknown[]) => code);
  return { child, output, ended };
};

const linesOf = (run: string, count: number, shoppers: number): string =>
  Array.from({ length: count }, (_, quantity) => {
    const userId = `${run}-${quantity % shoppers}`;
    return `${JSON.stringify({ type: 'cart.add', data: { userId, productId: 'p1', quantity } })}\n`;
  }).join('');

/** The quantities of each shopper of a run, in the order of the stream. */
const storedOf = async (run: string): Promise<ReadonlyMap<string, readonly number[]>> => {
  const found = new Map<string, number[]>();
  await using bus = await connect();
  const follower = bus.follow({
    stream: cartStream,
    filters: [subjectsOf(cartStream).requests],
    from: 1,
    take: ({ body }) => {
      const { userId, quantity } = JSON.parse(Buffer.from(body).toString('utf8'));
      if (String(userId).startsWith(`${run}-`)) {
        found.set(userId, [...(found.get(userId) ?? []), quantity]);
      }
    },
  });
  await follower.caughtUp;
  await follower.stop();
  return found;
};

const isRising = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));

test('a broker that is killed in the middle costs a pause, no event and no order', async () => {
  const file = join(folder, 'killed.ndjson');
  await writeFile(file, linesOf('killed', 6000, 300));
  const { output, ended } = replaying([file, '--rate', '3000']);

  await soon(async () => expect((await storedOf('killed')).size).toBeGreaterThan(0), 20_000);
  await server.restart();
  const code = await ended;

  expect(output.text).toContain('waiting for the broker');
  expect(output.text).toMatch(/lines +6,000/);
  expect(code).toBe(0);
  const stored = await storedOf('killed');
  expect(stored.size).toBe(300);
  for (const quantities of stored.values()) {
    // A lost acknowledgement can have stored an event twice, which its id tells the workers.
    const once = [...new Set(quantities)];
    expect(once).toHaveLength(20);
    expect(isRising(once)).toBe(true);
  }
});

test('Ctrl-C ends it with the summary of what was acknowledged', async () => {
  const file = join(folder, 'stopped.ndjson');
  await writeFile(file, linesOf('stopped', 5000, 100));
  const { child, output, ended } = replaying([file, '--rate', '1000']);

  await soon(async () => expect((await storedOf('stopped')).size).toBeGreaterThan(0), 20_000);
  child.kill('SIGINT');

  expect(await ended).toBe(130);
  const published = Number(/published +([\d,]+)/.exec(output.text)?.[1]?.replace(',', ''));
  expect(published).toBeGreaterThan(0);
  expect(published).toBeLessThan(5000);
  const stored = [...(await storedOf('stopped')).values()].flat();
  expect(stored.length).toBeGreaterThanOrEqual(published);
});

test('standard input is read, a bad line is told by number, and the exit code is 1', async () => {
  const { child, output, ended } = replaying(['-']);
  child.stdin.end(`${linesOf('piped', 3, 3)}nonsense\n`);

  expect(await ended).toBe(1);
  expect(output.text).toContain('line 4: not JSON');
  expect(output.text).toMatch(/published +3$/m);
});

test('with ids by line, a second run of the same file adds nothing', async () => {
  const file = join(folder, 'again.ndjson');
  await writeFile(file, linesOf('again', 50, 5));

  expect(await replaying([file, '--ids', 'line']).ended).toBe(0);
  const second = replaying([file, '--ids', 'line']);

  expect(await second.ended).toBe(0);
  expect(second.output.text).toMatch(/duplicates +50$/m);
  expect([...(await storedOf('again')).values()].flat()).toHaveLength(50);
});

test('without a broker it says so in one sentence', async () => {
  const file = join(folder, 'alone.ndjson');
  await writeFile(file, linesOf('alone', 1, 1));
  const child = spawn(process.execPath, [program, file, '--url', 'nats://127.0.0.1:9']);
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });

  const [code] = await once(child, 'close');

  expect(code).toBe(1);
  expect(text).toMatch(/^no nats-server at nats:\/\/127.0.0.1:9.*\n$/);
});
