import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { demoPassword } from '../../src/cli/sample/demo-password.ts';
import { dataFolder, StartedShop } from './started-shop.ts';

const limit = { timeout: 120_000 };
const accounted =
  /Accounted for: 6,\d{3} of 6,\d{3} accepted events .* none is missing, none is doubled/;

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

interface Found {
  readonly total: number;
}
interface Session {
  readonly token: string;
}
interface Cart {
  readonly items: readonly unknown[];
}

/** Reads an answer that the gateway's own tests have checked. */
const read = async <Body>(answer: Response): Promise<Body> => (await answer.json()) as Body;

const post = (url: string, body: unknown, token = ''): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      prefer: 'wait=10',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify(body),
  });

test(
  'the shop starts, handles the sample, can be used, drains on Ctrl-C, and goes on where it was',
  limit,
  async () => {
    await using folder = await dataFolder();
    await using shop = new StartedShop(['--data', `${folder}`, '--replicas', 'cart=2']);
    const [, url = ''] = await shop.shows(/^shop +(http:\S+)$/m);
    expect(shop.output).toMatch(accounted);
    expect(shop.output).toMatch(/^cart +5,\d{3}/m);

    const found = await fetch(`${url}/products?search=mug`).then(read<Found>);
    const session = await post(`${url}/sessions`, { username: 'demo', password: demoPassword });
    const { token } = await read<Session>(session);
    const item = { productId: 'stoneware-mug-rust', quantity: 1 };
    const added = await post(`${url}/carts/me/items`, item, token);

    expect(found.total).toBeGreaterThan(3);
    expect(session.status).toBe(201);
    expect(added.status).toBe(201);

    const pids = await Promise.all(
      ['nats-server', 'user 1', 'cart 2', 'gateway'].map((name) => shop.pidOf(name)),
    );
    shop.signal('SIGINT');
    await shop.endsWith(0);
    expect(pids.filter(isRunning)).toEqual([]);

    await using again = new StartedShop(['--data', `${folder}`, '--no-sample']);
    const [, secondUrl = ''] = await again.shows(/^shop +(http:\S+)$/m);
    const headers = { authorization: `Bearer ${token}` };
    const cart = await fetch(`${secondUrl}/carts/me`, { headers }).then(read<Cart>);
    expect(cart.items).toContainEqual(expect.objectContaining(item));
  },
);

test('kill -9 of each worker during the sample loses and doubles nothing', limit, async () => {
  await using folder = await dataFolder();
  await using shop = new StartedShop(['--exit', '--data', `${folder}`]);

  for (const name of ['cart 1', 'product 1', 'user 1']) {
    const pid = await shop.pidOf(name);
    await pause(700);
    process.kill(pid, 'SIGKILL');
    await shop.shows(
      new RegExp(`${name} \\(process ${pid}\\) was ended by SIGKILL; it is started again`),
    );
  }

  await shop.endsWith(0);
  expect(shop.output).toMatch(accounted);
});

test('kill -9 of the broker during the sample loses and doubles nothing', limit, async () => {
  await using folder = await dataFolder();
  await using shop = new StartedShop(['--exit', '--data', `${folder}`]);

  const pid = await shop.pidOf('nats-server');
  await pause(1500);
  process.kill(pid, 'SIGKILL');

  await shop.shows(/nats-server \(process \d+\) was ended by SIGKILL; it is started again/);
  await shop.endsWith(0);
  expect(shop.output).toMatch(accounted);
});

test('in memory the whole shop is one process without a broker', limit, async () => {
  await using shop = new StartedShop(['--exit', '--bus', 'memory']);

  await shop.endsWith(0);
  expect(shop.output).toMatch(accounted);
  expect(shop.output).not.toContain('nats-server');
});

test('one data folder is used by one start at a time', limit, async () => {
  await using folder = await dataFolder();
  await using shop = new StartedShop(['--no-sample', '--data', `${folder}`]);
  await shop.shows(/Ctrl-C ends it/);
  await using second = new StartedShop(['--no-sample', '--data', `${folder}`]);

  await second.endsWith(2);
  expect(second.output).toMatch(/^the data folder .* is in use by process \d+/m);
});

test(
  'when npm start itself is killed, its processes end, and the next start takes over',
  limit,
  async () => {
    await using folder = await dataFolder();
    const shop = new StartedShop(['--no-sample', '--data', `${folder}`]);
    await shop.shows(/Ctrl-C ends it/);
    const worker = await shop.pidOf('cart 1');
    shop.signal('SIGKILL');
    await shop.ends();

    while (isRunning(worker)) await pause(50);
    await using next = new StartedShop(['--exit', '--no-sample', '--data', `${folder}`]);

    await next.endsWith(0);
    expect(next.output).toContain('a nats-server of an earlier start still runs');
  },
);

test('a wrong option names itself, and the usage follows', () => {
  const call = () =>
    execFileSync(process.execPath, ['dist/cli/start/main.js', '--bogus'], { stdio: 'pipe' });

  expect(call).toThrow(expect.objectContaining({ status: 2 }));
  expect(call).toThrow(/Unknown option '--bogus'[\s\S]*usage: npm start/);
});
