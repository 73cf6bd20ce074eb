import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startGateway } from './support/gateway.ts';

const talk = async (port: number, text: string): Promise<{ head: string; body: string }> => {
  const socket = connect(port, '127.0.0.1');
  socket.end(text);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { head, body };
};

test.each([
  ['no HTTP', 'rubbish\r\n\r\n', 400, 'malformed-request'],
  [
    'endless headers',
    `GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'headers-too-large',
  ],
])('%s on the socket is answered with a problem document', async (_what, text, status, kind) => {
  const { app } = await startGateway();
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;

  const { head, body } = await talk(port, text);

  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toContain('content-type: application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ type: `/problems/${kind}`, status });
});

test('requests have to arrive in time and idle connections are kept for a while', async () => {
  const { app } = await startGateway();

  expect(app.server.headersTimeout).toBe(10_000);
  expect(app.server.requestTimeout).toBe(15_000);
  expect(app.server.keepAliveTimeout).toBe(65_000);
});

test('a client that goes away while it waits harms nobody', async () => {
  const { app, bus, clock, bearer } = await startGateway();
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const { authorization } = await bearer('ann');
  const published = new Promise((resolve) => {
    bus.onPublish = resolve;
  });

  const socket = connect(port, '127.0.0.1');
  socket.write(
    `DELETE /carts/me/items/mug HTTP/1.1\r\nhost: x\r\nprefer: wait=30\r\nauthorization: ${authorization}\r\n\r\n`,
  );
  await published;
  socket.destroy();
  clock.turn(30_000);

  expect((await app.inject('/problems/busy')).statusCode).toBe(200);
});

test('while it stops, requests on open connections are told to go elsewhere', async () => {
  const { app, bus, bearer } = await startGateway();
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const { authorization } = await bearer('ann');
  const request = (extra: string): string =>
    `GET /carts/me HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n${extra}\r\n`;
  let answerNow: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    const answer = new Promise<void>((go) => {
      answerNow = go;
    });
    bus.ask = (async () => {
      resolve();
      await answer;
      return { cart: { userId: 'id-ann', items: [], pieces: 0, total: null } };
    }) as never;
  });

  const socket = connect(port, '127.0.0.1');
  socket.write(request(''));
  await asked;
  const closed = app.close();
  const second = once(app.server, 'request');
  socket.write(request(''));
  await second;
  answerNow();
  let text = '';
  for await (const chunk of socket) text += chunk;
  await closed;

  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  expect(statuses).toEqual(['200', '503']);
  expect(text).toContain('/problems/stopping');
});
