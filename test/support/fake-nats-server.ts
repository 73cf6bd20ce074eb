import { once } from 'node:events';
import { createServer } from 'node:net';

/** Something that greets like a nats-server and answers pings, and does nothing else. */
export interface FakeNatsServer extends AsyncDisposable {
  readonly url: string;
}

/** Greets every connection with INFO as told. */
export const startFakeNatsServer = async (
  info: Readonly<Record<string, unknown>>,
): Promise<FakeNatsServer> => {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    const greeting = { server_id: 'fake', proto: 1, max_payload: 1_048_576, ...info };
    socket.write(`INFO ${JSON.stringify(greeting)}\r\n`);
    socket.on('data', (data) => {
      for (const line of data.toString('latin1').split('\r\n')) {
        if (line === 'PING') socket.write('PONG\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `nats://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
};
