import { connect } from 'nats';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { userStream } from '../../../src/contracts/user/stream.ts';
import { UserRegister } from '../../../src/contracts/user/user-register.ts';
import { startGateway } from '../../../src/gateway/start-gateway.ts';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { Metrics } from '../../../src/infra/observability/metrics.ts';
import { systemClock } from '../../../src/infra/runtime/system-clock.ts';
import { provideUser } from '../../../src/workers/user/composition.ts';
import { user } from '../../../src/workers/user/service.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { startObserverOn } from '../../support/observer-under-test.ts';
import { contentsOf, publish, startOnServer } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';
import { newKeyPem } from '../../unit/gateway/support/gateway.ts';

const hash = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$vjL8gGSoeAcPCdKxXhv1nQ';

/** A gateway whose streams hold a mebibyte each. */
const openGateway = async (server: NatsServer) => {
  const options = { servers: [server.url], name: 'gateway', replicas: 1, maxBytes: 1_048_576 };
  const bus = await NatsBus.connect({ ...options, storage: 'file' });
  const metrics = new Metrics('gateway');
  const gateway = await startGateway({
    bus,
    metrics,
    keyPem: newKeyPem(),
    logger: pino({ level: 'silent' }),
    clock: systemClock,
    environment: {
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 0,
      CATALOGUE_USERS: [],
      RATE_LIMIT_PER_MINUTE: 60_000,
      DRAIN_TIMEOUT_MS: 1000,
    },
  });
  return {
    bus,
    metrics,
    register: async (username: string) => {
      const body = { username, password: 'long-enough', email: `${username}@example.org` };
      const headers = { 'content-type': 'application/json', prefer: 'wait=10' };
      const request = { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await fetch(`${gateway.url}/users`, request);
      return { status: response.status, body: await response.json(), headers: response.headers };
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.stop();
      await bus[Symbol.asyncDispose]();
    },
  };
};

/** Stores facts that mean nothing until not even a small one fits. */
const fill = async (server: NatsServer): Promise<void> => {
  const connection = await connect({ servers: server.url });
  for (const size of [200_000, 20_000, 2_000, 50, 0]) {
    const store = () => connection.jetstream().publish('fact.user.0.filler', new Uint8Array(size));
    while (
      await store().then(
        () => true,
        () => false,
      )
    );
  }
  await connection.close();
};

it('refuses clearly when a stream is full, loses nothing, and goes on by itself when there is room', async () => {
  await using server = await startNatsServer();
  await using gateway = await openGateway(server);
  const early = { username: 'early', password: hash, email: 'early@example.org' };
  await publish(gateway.bus, UserRegister(early), 'early');
  await fill(server);
  await using worker = await startOnServer(user, server, { provide: provideUser });

  const refused = await gateway.register('late');
  expect(refused).toMatchObject({
    status: 503,
    body: { type: '/problems/refused', detail: expect.stringContaining('nothing was stored') },
  });
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  // What was accepted before cannot be committed: it waits, and uses up no attempt.
  await soon(() =>
    expect(worker.log.filter(({ msg }) => msg === 'retry').length).toBeGreaterThan(2),
  );
  expect(await contentsOf(gateway.bus, userStream, 'dead.user.>')).toEqual([]);
  const exposition = (await gateway.metrics.expose()).body;
  expect(exposition).toMatch(/^millrace_published_events_total\{.*outcome="refused".*\} 1$/m);

  await using observer = await startObserverOn([server.url], [userStream]);
  await soon(async () => {
    expect(await observer.values('millrace_stream_limit_bytes')).toEqual([1_048_576]);
    const [bytes = 0] = await observer.values('millrace_stream_bytes', { stream: 'USER' });
    expect(bytes / 1_048_576).toBeGreaterThan(0.95);
  });

  await gateway.bus.upkeep.purge(userStream, 'fact.user.0.filler', 1_000_000);

  await soon(async () =>
    expect(await contentsOf(gateway.bus, userStream, 'fact.user.*.registered')).toHaveLength(1),
  );
  expect((await gateway.register('late')).status).toBe(201);
});
