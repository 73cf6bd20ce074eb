import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import { BusRefused, BusUnavailable } from '../../../src/infra/pipeline/errors.ts';
import { bodyOf, envelopeOf, type World } from '../../conformance/bus-under-test.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { openWorld } from '../../support/world-on-nats.ts';

let server: NatsServer;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

/** Everything that any client sends or any stream stores while something runs. */
const overheard = async (run: () => Promise<void>): Promise<string[]> => {
  const connection = await connect({ servers: server.url });
  const subjects: string[] = [];
  connection.subscribe('>', { callback: (_error, message) => subjects.push(message.subject) });
  await connection.flush();
  await run();
  await connection.flush();
  await connection.close();
  return subjects.filter((subject) => !/^(\$JS|_INBOX|\$SRV)/.test(subject));
};

const requestsOf = async (world: World) =>
  (await world.contents(subjectsOf(world.stream).requests)).map(bodyOf);

describe('publishing', () => {
  it('repeats itself while the server is down, until it is acknowledged, and is stored once', async () => {
    await using world = await openWorld(server);
    await world.ask('k', 1, 'before');
    await server.kill('SIGKILL');
    await soon(() => expect(world.bus.isConnected()).toBe(false));
    const event = world.contracts.Ask({ key: 'k', n: 2 });

    const publishing = world.bus.publisher.publish(event, envelopeOf(event, 'meanwhile'), 20_000);
    await server.start();
    const published = await publishing;
    const again = await world.bus.publisher.publish(event, envelopeOf(event, 'meanwhile'), 20_000);

    expect(published).toMatchObject({ id: 'meanwhile', sequence: 2 });
    expect(again).toMatchObject({ sequence: 2, duplicate: true });
    expect((await requestsOf(world)).map(({ n }) => n)).toEqual([1, 2]);
  });

  it('stores each of many events once while the server is killed', async () => {
    await using world = await openWorld(server);
    const publishing = Promise.all(
      Array.from({ length: 200 }, (_, n) => {
        const event = world.contracts.Ask({ key: `key ${n % 9}`, n });
        return world.bus.publisher.publish(event, envelopeOf(event, `id-${n}`), 20_000);
      }),
    );
    await server.restart();
    await publishing;

    const stored = (await requestsOf(world)).map(({ n }) => n).sort((a, b) => a - b);
    expect(stored).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  it('gives up at its deadline while nobody is there, without saying that it is stored', async () => {
    const own = await startNatsServer();
    await using world = await openWorld(own);
    await own.kill('SIGKILL');
    const event = world.contracts.Ask({ key: 'k', n: 1 });
    const started = performance.now();

    const lost = world.bus.publisher.publish(event, envelopeOf(event), 700);

    await expect(lost).rejects.toThrow(BusUnavailable);
    expect(performance.now() - started).toBeLessThan(2500);
    await own.stop();
  });

  it('says where there is no stream', async () => {
    await using world = await openWorld(server);
    const message = { subject: 'nobody.listens.k', headers: {}, body: '{}' };

    const lost = world.bus.publisher.publishRaw(message, 'id', 300);

    await expect(lost).rejects.toThrow(BusUnavailable);
    // Without the key, which may be somebody's name.
    await expect(lost).rejects.toThrow('publish nobody.listens: nobody answers there');
  });

  it('refuses at once, for good, what is too large for the stream or for the server', async () => {
    await using world = await openWorld(server);
    for (const size of [600_000, 1_200_000]) {
      const event = world.contracts.Ask({ key: 'k', n: 1, text: 'x'.repeat(size) });
      const started = performance.now();

      const refused = world.bus.publisher.publish(event, envelopeOf(event), 30_000);

      await expect(refused).rejects.toMatchObject({ name: 'BusRefused', lasting: true });
      expect(performance.now() - started).toBeLessThan(10_000);
    }
    expect(await requestsOf(world)).toEqual([]);
  });
});

describe('what is in a key or an id', () => {
  const attempts = [
    'k 2\r\nhi\r\nPUB injected 3\r\npwn\r\nPUB rest',
    'k\nPUB injected 0\n\n',
    'k\r\n',
    'a b',
    'a\tb',
    '*',
    '>',
    'a.>',
    '..',
    '',
    '\u0000',
    '\u2028PUB injected 0',
    'ÿ\u0100',
    'x'.repeat(5000),
  ];

  it('never becomes part of a subject or a command', async () => {
    await using world = await openWorld(server);
    const { service } = world.stream;

    const subjects = await overheard(async () => {
      for (const [n, key] of attempts.entries()) await world.ask(key, n, `plain ${service} ${n}`);
      for (const [n, id] of attempts.entries()) await world.ask('k', n, `${service}${id}`);
    });

    expect(subjects.filter((subject) => !subject.startsWith(`${service}.ask.`))).toEqual([]);
    for (const subject of subjects) expect(subject).toMatch(/^[a-z0-9-]+\.ask\.[A-Za-z0-9_~-]+$/);
    const stored = await requestsOf(world);
    expect(stored.slice(0, attempts.length).map(({ key }) => key)).toEqual(attempts);
  });

  it('cannot get in as a raw subject or header either', async () => {
    await using world = await openWorld(server);
    const { service } = world.stream;
    const good = { subject: `${service}.ask.k`, headers: {}, body: '{}' };
    const bad = [
      ...['k 2\r\nhi\r\nPUB injected 3\r\npwn', 'k\nPUB', 'a b', 'a\tb', '*', '>', '', 'x.'].map(
        (token) => ({ ...good, subject: `${service}.ask.${token}` }),
      ),
      { ...good, headers: { 'x-a': 'v\r\nNats-Rollup: all' } },
      { ...good, headers: { 'x-a\r\nNats-Rollup': 'all' } },
      { ...good, headers: { 'x a': 'v' } },
    ];

    const subjects = await overheard(async () => {
      for (const [n, message] of bad.entries()) {
        const started = performance.now();
        const refused = world.bus.publisher.publishRaw(message, `${service}-${n}`, 30_000);
        await expect(refused).rejects.toThrow(BusRefused);
        expect(performance.now() - started).toBeLessThan(10_000);
      }
    });

    expect(subjects).toEqual([]);
    expect(await requestsOf(world)).toEqual([]);
    expect(world.bus.isConnected()).toBe(true);
  });
});
