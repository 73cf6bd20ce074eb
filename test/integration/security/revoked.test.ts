import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BrokerUser, brokerUsers } from '../../../src/cli/secrets/broker-users.ts';
import { GuardedShop, readinessOf } from '../../support/guarded-shop.ts';
import { soon } from '../../support/soon.ts';
import type { WorkerProcess } from '../../support/worker-process.ts';

let shop: GuardedShop;
let worker: WorkerProcess;

beforeAll(async () => {
  shop = await GuardedShop.open();
  worker = shop.startWorker('user');
  await shop.ready();
});

afterAll(() => shop?.[Symbol.asyncDispose]());

/** The users, of whom one may no longer do what matches. */
const without = (name: string, part: 'publish' | 'subscribe', what: RegExp): BrokerUser[] =>
  brokerUsers.map((user) =>
    user.name === name
      ? { ...user, may: { ...user.may, [part]: user.may[part].filter((one) => !what.test(one)) } }
      : user,
  );

const register = (username: string) =>
  shop.ask('POST', '/users', {
    body: { username, password: 'correct horse battery', email: `${username}@example.com` },
  });

const isReady = () =>
  soon(async () => expect((await readinessOf(worker)).status).toBe(200), 20_000);

const refusals = async (): Promise<string> => {
  const text = await (await fetch(`${worker.healthUrl}/metrics`)).text();
  return text.split('\n').find((line) => line.startsWith('millrace_broker_refusals_total{')) ?? '';
};

it('a worker that may hear no more says so, and goes on when it may again', async () => {
  expect((await register('first')).status).toBe(201);
  await shop.broker.permit(without('user', 'subscribe', /./));
  await soon(async () => {
    const { status, text } = await readinessOf(worker);
    expect(status).toBe(503);
    expect(text).toContain('the broker does not permit _INBOX_user.>');
  });
  expect(await refusals()).toMatch(/operation="subscription"/);
  expect(worker.log).toContain('subscription _INBOX_user is not permitted');
  const waiting = register('second');

  await shop.broker.permit(brokerUsers);

  await isReady();
  expect((await waiting).status).toBeLessThan(300);
  await soon(async () => expect((await register('second')).status).toBe(409), 20_000);
  const session = { username: 'first', password: 'correct horse battery' };
  await soon(async () => {
    expect((await shop.ask('POST', '/sessions', { body: session })).status).toBe(201);
  });
});

it('nothing becomes a dead letter because its worker may not commit for a while', async () => {
  await shop.broker.permit(without('user', 'publish', /^(fact|state|dead)\./));
  const waiting = register('third');
  await soon(() => expect(worker.log).toMatch(/publish state\.user\.\d+ is not permitted/));

  await shop.broker.permit(brokerUsers);

  await waiting;
  await soon(async () => expect((await register('third')).status).toBe(409), 20_000);
  const { output } = await shop.run('deadletters', 'cli/dead-letters/main.js', 'list', '--json');
  expect(output.trim()).toBe('');
});

it('a key that is taken away ends the connection, and a new one is found in its file', async () => {
  await shop.broker.change({ kind: 'rotate', user: 'user' });
  await shop.broker.change({ kind: 'retire', user: 'user' });
  await soon(() => expect(worker.log).toMatch(/Disconnect|disconnect/));

  await isReady();
  expect((await register('fourth')).status).toBe(201);

  await shop.broker.lockOut('user');
  await soon(async () => {
    expect((await readinessOf(worker)).text).toContain('not connected to the broker');
  });
  await shop.broker.change({ kind: 'add' });
  await isReady();
  expect((await register('fifth')).status).toBe(201);
  expect(worker.isRunning).toBe(true);
});
