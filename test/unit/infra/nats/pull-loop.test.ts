import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PullLoop } from '../../../../src/infra/nats/pull-loop.ts';
import { FakeJsConnection, type FakePull } from '../../../support/fake-js-connection.ts';
import { soon } from '../../../support/soon.ts';

/** A loop with room for ten, and the server that it asks. */
const startLoop = ({ expiresMs = 400 } = {}) => {
  const server = new FakeJsConnection(() => ({}));
  const troubles: string[] = [];
  const taken: string[] = [];
  const state = { room: 10, fails: false };
  const loop = new PullLoop({
    connection: server.asConnection,
    inboxPrefix: '_INBOX_test',
    stream: 'S',
    consumer: 'C',
    expiresMs,
    room: () => state.room,
    onMessage: ({ subject }) => {
      if (state.fails) throw new Error('a bug');
      taken.push(subject);
      state.room--;
    },
    onTrouble: (status) => troubles.push(status),
  });
  loop.start();
  /** The nth pull, from 1. */
  const pull = (n: number): FakePull => {
    const found = server.pulls[n - 1];
    if (!found) throw new Error(`there are ${server.pulls.length} pulls`);
    return found;
  };
  const batches = () => server.pulls.map(({ batch }) => batch);
  return { server, loop, state, taken, troubles, pull, batches };
};

describe('the pull loop', () => {
  it('asks for all there is room for, and for no more while that is open', () => {
    const { server, loop, state, pull, batches } = startLoop();
    expect(batches()).toEqual([10]);

    for (let n = 1; n <= 4; n++) server.deliver(pull(1), n, n);
    loop.refill();
    state.room++;
    loop.refill();

    expect(batches()).toEqual([10]);
    loop.abandon();
  });

  it('asks again once so much room is free that it is worth it', () => {
    const { server, loop, state, pull, batches } = startLoop();
    for (let n = 1; n <= 8; n++) server.deliver(pull(1), n, n);

    // Two are still open, and two have become free.
    state.room = 4;
    loop.refill();

    expect(batches()).toEqual([10, 2]);
    loop.abandon();
  });

  it('asks again at once when a pull ends as expected', () => {
    for (const code of [404, 408]) {
      const { server, loop, troubles, pull, batches } = startLoop();
      server.deliver(pull(1), 1, 1);

      server.end(pull(1), code);

      expect(batches()).toEqual([10, 9]);
      expect(troubles).toEqual([]);
      loop.abandon();
    }
  });

  it('takes a heartbeat for nothing', () => {
    const { server, loop, pull, batches } = startLoop();

    server.end(pull(1), 100);

    expect(batches()).toEqual([10]);
    loop.abandon();
  });

  it('tells of trouble, and waits a little before it asks again', async () => {
    const { server, loop, troubles, pull, batches } = startLoop();

    server.end(pull(1), 409, 'Consumer Deleted');
    loop.refill();

    expect(troubles).toEqual(['409 Consumer Deleted']);
    expect(batches()).toEqual([10]);
    await soon(() => expect(batches()).toEqual([10, 10]));
    loop.abandon();
  });

  it('asks again when a pull is lost without a word', async () => {
    const { loop, batches } = startLoop({ expiresMs: 100 });

    await soon(() => expect(batches().length).toBeGreaterThanOrEqual(2));

    expect(batches().slice(0, 2)).toEqual([10, 10]);
    loop.abandon();
  });

  it('asks again at once on a new connection, where nothing is open any more', () => {
    const { loop, batches } = startLoop();

    loop.reconnected();

    expect(batches()).toEqual([10, 10]);
    loop.abandon();
  });

  it('goes on when a message cannot be taken, and tells of it', () => {
    const { server, loop, state, taken, troubles, pull } = startLoop();
    state.fails = true;
    server.deliver(pull(1), 1, 1);
    state.fails = false;
    server.deliver(pull(1), 2, 2);

    expect(taken).toEqual(['in.tally.0.n2']);
    expect(troubles).toEqual(['a message was not taken: Error: a bug']);
    loop.abandon();
  });

  it('stops when its pulls have ended, and takes what they still bring', async () => {
    const { server, loop, taken, pull, batches } = startLoop({ expiresMs: 5000 });
    let isStopped = false;
    void loop.stop().then(() => {
      isStopped = true;
    });
    await sleep(50);
    expect(isStopped).toBe(false);

    server.deliver(pull(1), 1, 1);
    server.end(pull(1), 408);
    await soon(() => expect(isStopped).toBe(true));

    expect(taken).toEqual(['in.tally.0.n1']);
    expect(batches()).toEqual([10]);
    expect(server.listening).toBe(0);
  });

  it('is answered once the server has spoken, and no longer when it owes an answer for long', async () => {
    const { server, loop, pull } = startLoop({ expiresMs: 100 });
    expect(loop.isAnswered()).toBe(false);

    server.end(pull(1), 408);
    expect(loop.isAnswered()).toBe(true);

    await soon(() => expect(loop.isAnswered()).toBe(false));
    loop.abandon();
  });

  it('is answered also while it is full', async () => {
    const { server, loop, pull } = startLoop({ expiresMs: 100 });
    for (let n = 1; n <= 10; n++) server.deliver(pull(1), n, n);

    await sleep(800);

    expect(loop.isAnswered()).toBe(true);
    loop.abandon();
  });
});
