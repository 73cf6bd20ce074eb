import { headers, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../../src/infra/nats/connect.ts';
import { JsApi } from '../../../src/infra/nats/js-api.ts';
import { NatsLeases } from '../../../src/infra/nats/leases.ts';
import { Members } from '../../../src/infra/nats/members.ts';
import { NatsSuspects } from '../../../src/infra/nats/nats-suspects.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';

const kept = { replicas: 1, storage: 'file' } as const;
const suspect = { stream: 'CART', sequence: 5, storedAt: 1_000 };
const names = ['millrace-leases', 'millrace-suspects', 'millrace-members'] as const;

let server: NatsServer;
let connection: NatsConnection;
let api: JsApi;
let members: Members[];
let troubles: string[];

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

beforeEach(async () => {
  connection = await openConnection({ servers: [server.url], name: 'buckets', ...kept });
  api = new JsApi(connection);
  members = [];
  troubles = [];
});

afterEach(async () => {
  await Promise.all(members.map((member) => member.leave()));
  await Promise.all(names.map(remove));
  await connection.close();
});

const remove = (name: string): Promise<unknown> => api.ask(`STREAM.DELETE.KV_${name}`);

const join = async (member: string): Promise<Members> => {
  const joined = new Members({
    ...{ connection, api, service: 'cart', member, replicas: 1 },
    onTrouble: (what) => troubles.push(what),
    onReconnect: () => () => {},
  });
  members.push(joined);
  await joined.join();
  return joined;
};

/** What the bucket holds under the service, marks of deleted entries too. */
const inBucket = async (): Promise<number> => {
  const { state } = await api.get<{ state: { messages: number } }>(
    'STREAM.INFO.KV_millrace-members',
  );
  return state.messages;
};

const listeners = [
  { who: 'nobody else listens', listen: () => {} },
  {
    who: 'somebody else listens on the subjects of all buckets',
    listen: () => connection.subscribe('$KV.>', { callback: () => {} }),
  },
];

describe.each(listeners)('buckets that are not there yet, while $who', ({ listen }) => {
  it('are made for leases, and again when they are deleted under a running process', async () => {
    listen();
    const [holder, heir] = [
      new NatsLeases(connection, api, kept),
      new NatsLeases(connection, api, kept),
    ];

    expect(await holder.hold('one', 60_000)).toBe(true);
    expect(await heir.hold('one', 60_000)).toBe(false);

    await remove('millrace-leases');
    expect(await holder.hold('one', 60_000)).toBe(true);
    expect(await heir.hold('one', 60_000)).toBe(false);
  }, 30_000);

  it('are made for suspects, and again when they are deleted under a running process', async () => {
    listen();
    const marks = new NatsSuspects(connection, api, kept);
    expect(await marks.count(suspect)).toBe(0);
    await marks.mark(suspect, 1);
    expect(await marks.count(suspect)).toBe(1);

    await remove('millrace-suspects');
    expect(await marks.count(suspect)).toBe(0);
    await marks.clear(suspect);
    await marks.mark(suspect, 2);
    expect(await marks.count(suspect)).toBe(2);
  }, 30_000);

  it('are made for members, and again when they are deleted under a running process', async () => {
    listen();
    const one = await join('one');
    expect((await join('two')).living()).toEqual(['one', 'two']);

    await remove('millrace-members');
    await soon(async () => expect(await inBucket()).toBe(2), 10_000);
    expect((await join('three')).living()).toEqual(['one', 'three', 'two']);
    expect(one.living()).toEqual(['one', 'three', 'two']);
  }, 30_000);
});

describe('members', () => {
  it('are not those of whom only the mark of their leaving is left', async () => {
    await join('one');
    const mark = headers();
    mark.set('KV-Operation', 'DEL');
    // As a leaver that dies before it has removed its mark.
    await connection.request('$KV.millrace-members.cart.gone', '', {
      headers: mark,
      timeout: 2_000,
    });

    expect((await join('two')).living()).toEqual(['one', 'two']);
  });

  it('leave nothing behind', async () => {
    const one = await join('one');
    const two = await join('two');
    await soon(() => expect(one.living()).toEqual(['one', 'two']));

    await two.leave();
    expect(one.living()).toEqual(['one']);
    expect(await inBucket()).toBe(1);
  });
});
