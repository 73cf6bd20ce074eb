import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openConnection } from '../../../src/infra/nats/connect.ts';
import { JsApi } from '../../../src/infra/nats/js-api.ts';
import { NatsRoll } from '../../../src/infra/nats/roll.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';

let server: NatsServer;
const connections: NatsConnection[] = [];

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await server?.stop();
});

const open = async (member: string): Promise<NatsRoll> => {
  const options = { name: member, servers: [server.url], replicas: 1, storage: 'file' } as const;
  const connection = await openConnection(options);
  connections.push(connection);
  const api = new JsApi(connection);
  return new NatsRoll({ connection, api, inboxPrefix: `_INBOX_${member}`, member });
};

const self = {
  ...{ version: '1', startedAt: 1, notReady: [], inFlight: 3, partitions: { CART: [0, 1] } },
  totals: { settled: { done: 2 }, response: { count: 2, sum: 1 }, visible: { count: 1, sum: 0.5 } },
};

it('hears all processes of a service that say something of themselves, and no others', async () => {
  const [asking, one, other, starting, foreign] = await Promise.all(
    ['asking', 'one', 'other', 'starting', 'foreign'].map(open),
  );
  for (const roll of [one, other, starting]) roll?.show('cart');
  foreign?.show('user');
  for (const roll of [one, other, foreign]) roll?.describe(async () => self);
  await Promise.all(connections.map((connection) => connection.flush()));

  const heard = (await asking?.call('cart', 2_000)) ?? [];

  expect(heard.map(({ name }) => name).sort()).toEqual(['one', 'other']);
  expect(heard[0]).toMatchObject(self);
});

it('does not wait where nobody is', async () => {
  const asking = await open('alone');
  expect(await asking.call('nobody', 20_000)).toEqual([]);
});

it('knows nobody who has announced itself where nobody ever has', async () => {
  const asking = await open('early');
  expect(await asking.announced('cart')).toEqual([]);
});
