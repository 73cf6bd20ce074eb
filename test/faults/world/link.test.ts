import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { soon } from '../../support/soon.ts';
import { Link } from './link.ts';

/** A server that says everything twice, and a client that is connected to it through a link. */
const openLine = async () => {
  const sockets = new Set<Socket>();
  let asked = '';
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (data) => {
      asked += data.toString();
      socket.write(Buffer.concat([data, data]));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const link = await Link.to(`nats://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = connect(Number(new URL(link.url).port), '127.0.0.1');
  let heard = '';
  let isCut = false;
  client.on('data', (data) => {
    heard += data.toString();
  });
  client.on('error', () => {});
  client.on('close', () => {
    isCut = true;
  });
  return {
    link,
    say: (text: string) => client.write(text),
    asked: () => asked,
    sockets: () => sockets.size,
    endAtServer: () => {
      for (const socket of sockets) socket.destroy();
    },
    heard: () => heard,
    isCut: () => isCut,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await link[Symbol.asyncDispose]();
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

describe('a link', () => {
  it('hands on what is said', async () => {
    await using line = await openLine();
    line.say('a');

    await soon(() => expect(line.heard()).toBe('aa'));
  });

  it('holds back what is said, and hands it on later', async () => {
    await using line = await openLine();
    line.say('a');
    await soon(() => expect(line.heard()).toBe('aa'));
    line.link.set({ isHeld: true });
    line.say('b');
    line.link.clear();

    await soon(() => expect(line.heard()).toBe('aabb'));
    expect(line.isCut()).toBe(false);
  });

  it('tells a client that the server has gone only when it holds nothing back any more', async () => {
    await using line = await openLine();
    line.say('a');
    await soon(() => expect(line.heard()).toBe('aa'));
    line.link.set({ isHeld: true });
    line.endAtServer();
    await soon(() => expect(line.sockets()).toBe(0));
    expect(line.isCut()).toBe(false);
    line.link.clear();

    await soon(() => expect(line.isCut()).toBe(true));
  });

  it('loses answers, and cuts what has lost some', async () => {
    await using line = await openLine();
    line.link.set({ losesAnswers: true });
    line.say('a');
    await soon(() => expect(line.asked()).toBe('a'));
    line.link.clear();

    await soon(() => expect(line.isCut()).toBe(true));
    expect(line.heard()).toBe('');
  });

  it('delays, and lets through only so much', async () => {
    await using line = await openLine();
    line.link.set({ delayMs: 100, bytesPerSecond: 1000 });
    const from = performance.now();
    line.say('x'.repeat(100));

    await soon(() => expect(line.heard()).toHaveLength(200));
    // 100 bytes one way, 200 the other.
    expect(performance.now() - from).toBeGreaterThan(480);
  });

  it('cuts at certain bytes', async () => {
    await using line = await openLine();
    line.link.set({ cutsAt: (bytes) => bytes.includes('no') });
    line.say('yes');
    await soon(() => expect(line.heard()).toBe('yesyes'));
    line.say('no');

    await soon(() => expect(line.isCut()).toBe(true));
    expect(line.heard()).toBe('yesyes');
  });

  it('cuts and refuses while it is down', async () => {
    await using line = await openLine();
    line.say('a');
    await soon(() => expect(line.heard()).toBe('aa'));
    line.link.set({ isDown: true });

    await soon(() => expect(line.isCut()).toBe(true));
    const another = connect(Number(new URL(line.link.url).port), '127.0.0.1');
    await expect(once(another, 'end')).rejects.toThrow();
  });
});
