import type { NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../../src/infra/nats/connect.ts';
import { JsApi } from '../../../src/infra/nats/js-api.ts';
import { Members } from '../../../src/infra/nats/members.ts';
import { Presence } from '../../../src/infra/nats/presence.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';

let server: NatsServer;
let connection: NatsConnection;
let other: NatsConnection;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

const open = (name: string) =>
  openConnection({ name, servers: [server.url], replicas: 1, storage: 'file' });

beforeEach(async () => {
  [connection, other] = [await open('one'), await open('other')];
});

afterEach(async () => {
  await connection.close();
  await other.close();
});

describe('a replica', () => {
  it('is not gone while it is connected, though it does not answer', async () => {
    other.subscribe('millrace.present.cart.busy', { callback: () => {} });
    new Presence(other, 'cart').show('well');
    await other.flush();
    const presence = new Presence(connection, 'cart');

    expect(await presence.isGone('well')).toBe(false);
    expect(await presence.isGone('busy')).toBe(false);
  });

  it('is gone as soon as its connection is', async () => {
    new Presence(other, 'cart').show('dead');
    await other.flush();
    const presence = new Presence(connection, 'cart');
    expect(await presence.isGone('dead')).toBe(false);

    await other.close();

    await soon(async () => expect(await presence.isGone('dead')).toBe(true));
  });

  it('is not gone when it is back a moment later', async () => {
    const asking = new Presence(connection, 'cart').isGone('late');
    new Presence(other, 'cart').show('late');
    await other.flush();

    expect(await asking).toBe(false);
  });
});

const join = async (from: NatsConnection, member: string): Promise<Members> => {
  const members = new Members({
    ...{ connection: from, api: new JsApi(from), service: 'cart', member, replicas: 1 },
    onTrouble: () => {},
    onReconnect: () => () => {},
  });
  await members.join();
  return members;
};

describe('a member that ended without a word', () => {
  it('is known to be gone, unlike one that left', async () => {
    const members = await join(connection, 'a');
    const leaving = await join(other, 'b');
    await join(other, 'c');
    await soon(() => expect(members.living()).toEqual(['a', 'b', 'c']));

    await leaving.leave();
    await other.close();

    await soon(() => expect(members.living()).toEqual(['a']));
    expect(members.isGone('c')).toBe(true);
    expect(members.isGone('b')).toBe(false);
    await members.leave();
  });
});
