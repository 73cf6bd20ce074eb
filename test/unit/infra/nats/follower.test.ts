import { describe, expect, it } from 'vitest';
import { NatsFollower } from '../../../../src/infra/nats/follower.ts';
import { JsApi } from '../../../../src/infra/nats/js-api.ts';
import { FakeJsConnection, type FakePull } from '../../../support/fake-js-connection.ts';
import { soon } from '../../../support/soon.ts';
import { tallyStream } from '../../../support/tally.ts';

/** A follower from the beginning, and the server that it follows. */
const follow = () => {
  const taken: number[] = [];
  const reconnected: (() => void)[] = [];
  let consumers = 0;
  /** What the broker says of the consumer. */
  const left = { num_pending: 100, delivered: { consumer_seq: 0 } };
  const server = new FakeJsConnection((subject) => {
    if (subject.startsWith('STREAM.INFO')) return { state: { last_seq: 1000 } };
    const name = subject.startsWith('CONSUMER.CREATE') ? `c${++consumers}` : `c${consumers}`;
    return { name, ...left };
  });
  const connection = server.asConnection;
  const follower = new NatsFollower({
    connection,
    inboxPrefix: '_INBOX_test',
    api: new JsApi(connection),
    following: {
      stream: tallyStream,
      filters: ['in.tally.>'],
      from: 1,
      take: ({ sequence }) => taken.push(sequence),
    },
    onTrouble: () => {},
    onReconnect: (run) => {
      reconnected.push(run);
      return () => {};
    },
  }).start();
  /** The pull of the nth consumer, once it has come. */
  const pullOf = (n: number): Promise<FakePull> =>
    soon(() => {
      const found = server.pulls.find(({ subject }) => subject.endsWith(`.c${n}`));
      if (!found) throw new Error(`nobody pulls from consumer ${n}`);
      return found;
    });
  const starts = () =>
    server.asked
      .filter(({ subject }) => subject.startsWith('CONSUMER.CREATE'))
      .map(({ body }) => (body['config'] as { opt_start_seq?: number }).opt_start_seq);
  return { server, follower, taken, reconnected, pullOf, starts, left };
};

describe('a follower', () => {
  it('goes on behind what it has taken when a message got lost on the way', async () => {
    const { server, follower, taken, pullOf, starts } = follow();
    const first = await pullOf(1);

    server.deliver(first, 5, 1);
    server.deliver(first, 9, 2);
    // The third never arrives.
    server.deliver(first, 14, 4);
    server.deliver(first, 15, 5);
    const second = await pullOf(2);
    server.deliver(second, 12, 1);
    server.deliver(second, 14, 2);

    expect(taken).toEqual([5, 9, 12, 14]);
    expect(starts()).toEqual([1, 10]);
    await follower.stop();
  });

  it('takes nothing of the consumer that it has left behind', async () => {
    const { server, follower, taken, reconnected, pullOf, starts } = follow();
    const first = await pullOf(1);
    server.deliver(first, 5, 1);

    reconnected[0]?.();
    server.deliver(first, 6, 2);
    const second = await pullOf(2);
    server.deliver(first, 7, 3);
    server.deliver(second, 6, 1);

    expect(taken).toEqual([5, 6]);
    expect(starts()).toEqual([1, 6]);
    expect(server.listening).toBe(1);
    await follower.stop();
    expect(server.listening).toBe(0);
  });

  it('has caught up when what was still to come is removed', async () => {
    const { server, follower, pullOf, left } = follow();
    const first = await pullOf(1);
    let hasCaughtUp = false;
    void follower.caughtUp.then(() => {
      hasCaughtUp = true;
    });
    server.deliver(first, 5, 1, 99);

    server.end(first, 404);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(hasCaughtUp).toBe(false);
    Object.assign(left, { num_pending: 0, delivered: { consumer_seq: 1 } });
    const second = await soon(() => {
      const pull = server.pulls[1];
      if (!pull) throw new Error('it does not ask again');
      return pull;
    });
    server.end(second, 404);

    await follower.caughtUp;
    await follower.stop();
  });

  it('takes a new consumer when the old one is gone', async () => {
    const { server, follower, taken, pullOf, starts } = follow();
    const first = await pullOf(1);
    server.deliver(first, 5, 1);

    server.end(first, 409, 'Consumer Deleted');
    server.deliver(await pullOf(2), 6, 1);

    expect(taken).toEqual([5, 6]);
    expect(starts()).toEqual([1, 6]);
    await follower.stop();
  });
});
