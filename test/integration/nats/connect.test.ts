import { describe, expect, it } from 'vitest';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { BusUnavailable } from '../../../src/infra/pipeline/errors.ts';
import { startFakeNatsServer } from '../../support/fake-nats-server.ts';
import { freePort, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { openBus } from '../../support/world-on-nats.ts';

const connectTo = (
  url: string,
  firstConnectionMs = 500,
  onTrouble: (what: string) => void = () => {},
) =>
  NatsBus.connect(
    { servers: [url], name: 'test', replicas: 1, storage: 'file', firstConnectionMs },
    { onTrouble },
  );

const refusalOf = async (url: string): Promise<Error> => {
  const refused = await connectTo(url).then(
    () => new Error('connected'),
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(BusUnavailable);
  return refused as Error;
};

describe('connecting', () => {
  it('refuses a server that is too old at once, naming both versions', async () => {
    for (const version of ['2.14.2', '2.10.29', '1.4.1']) {
      await using old = await startFakeNatsServer({ version, headers: true, jetstream: true });
      const started = performance.now();

      const { message } = await refusalOf(old.url);

      expect(message).toContain(`nats-server ${version}`);
      expect(message).toContain(old.url);
      expect(message).toContain('2.14.3 or newer');
      expect(performance.now() - started).toBeLessThan(8000);
    }
  });

  it('refuses a server without JetStream, saying so', async () => {
    for (const info of [{ jetstream: false }, {}]) {
      await using bare = await startFakeNatsServer({ version: '2.15.1', headers: true, ...info });

      expect((await refusalOf(bare.url)).message).toContain('without JetStream');
    }
  });

  it('says where there is no server, and why it thinks so', async () => {
    const url = `nats://127.0.0.1:${await freePort()}`;

    expect((await refusalOf(url)).message).toMatch(`no nats-server at ${url}: `);
    expect((await refusalOf(url)).message).toMatch(/refused/i);
  });

  it('names addresses without the password in them', async () => {
    const place = `127.0.0.1:${await freePort()}`;

    const { message } = await refusalOf(`nats://user:secret@${place}`);

    expect(message).toContain(place);
    expect(message).not.toContain('secret');
  });

  it('says that the server wants credentials', async () => {
    await using server = await startNatsServer({
      extraConfig: 'authorization { user: somebody, password: secret }',
    });

    expect((await refusalOf(server.url)).message).toMatch(/authorization/i);
  });

  it('says that the credentials file cannot be read', async () => {
    await using server = await startNatsServer();

    const refused = NatsBus.connect({
      servers: [server.url],
      name: 'test',
      replicas: 1,
      storage: 'file',
      firstConnectionMs: 300,
      credentialsFile: '/nowhere/worker.creds',
    });

    await expect(refused).rejects.toThrow(BusUnavailable);
    await expect(refused).rejects.toThrow(
      'the credentials file /nowhere/worker.creds cannot be read',
    );
  });

  it('waits for a server that comes later, and says once for what', async () => {
    await using server = await startNatsServer();
    await server.kill('SIGKILL');

    const troubles: string[] = [];
    const connecting = connectTo(server.url, 20_000, (what) => troubles.push(what));
    await soon(() => expect(troubles).toHaveLength(1));
    await server.start();

    await using bus = await connecting;
    expect(bus.isConnected()).toBe(true);
    expect(troubles[0]).toContain(`no nats-server at ${server.url}`);
  });

  it('never gives up once connected, and says when it is back', async () => {
    await using server = await startNatsServer();
    let reconnects = 0;
    await using bus = await openBus(server, { onReconnect: () => void reconnects++ });

    await server.kill('SIGKILL');
    await soon(() => expect(bus.isConnected()).toBe(false));
    await server.start();

    await soon(() => expect(bus.isConnected()).toBe(true));
    expect(reconnects).toBe(1);
  });

  it('closes in time even when the server says nothing any more', async () => {
    await using server = await startNatsServer();
    const bus = await openBus(server);
    await server.kill('SIGSTOP');
    const started = performance.now();

    await bus[Symbol.asyncDispose]();

    expect(performance.now() - started).toBeLessThan(8000);
    expect(bus.isConnected()).toBe(false);
  });

  it('does not call a connection that was closed on purpose lost', async () => {
    await using server = await startNatsServer();
    let closed = 0;
    const bus = await openBus(server, { onClosed: () => void closed++ });

    await bus[Symbol.asyncDispose]();
    await new Promise((resolve) => setImmediate(resolve));

    expect(closed).toBe(0);
  });
});
