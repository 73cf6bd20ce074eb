import { ErrorCode, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../../src/infra/nats/connect.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';

let server: NatsServer;
let connection: NatsConnection;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

beforeEach(async () => {
  connection = await openConnection({
    name: 'asking',
    servers: [server.url],
    replicas: 1,
    storage: 'file',
  });
});

afterEach(() => connection.close());

const ask = () => connection.request('$JS.API.INFO', '', { timeout: 30_000 });

/** The server takes what is said and never answers; then another one is there. */
const loseConnection = async (meanwhile: () => void): Promise<void> => {
  process.kill(server.pid, 'SIGSTOP');
  meanwhile();
  await server.kill('SIGKILL');
  await server.start();
};

describe('a request', () => {
  it('is over when the connection is a new one, for whatever it was to be waited', async () => {
    const ends: unknown[] = [];

    await loseConnection(() => {
      for (let count = 0; count < 3; count++) ask().catch(({ code }) => ends.push(code));
    });

    await soon(() => expect(ends).toEqual(Array(3).fill(ErrorCode.Disconnect)));
  });

  it('made later is answered', async () => {
    await loseConnection(() => ask().catch(() => undefined));
    await soon(async () => expect((await ask()).json()).toMatchObject({ streams: 0 }));
  });
});
