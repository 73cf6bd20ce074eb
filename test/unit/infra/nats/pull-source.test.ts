import { describe, expect, it } from 'vitest';
import { subjectsOf } from '../../../../src/contracts/streams.ts';
import { AckWriter } from '../../../../src/infra/nats/ack-writer.ts';
import { JsApi } from '../../../../src/infra/nats/js-api.ts';
import { PullSource } from '../../../../src/infra/nats/pull-source.ts';
import type { Delivery } from '../../../../src/infra/pipeline/delivery.ts';
import { FakeJsConnection, type FakePull } from '../../../support/fake-js-connection.ts';
import { sinkOf } from '../../../support/sink-of.ts';
import { soon } from '../../../support/soon.ts';
import { tallyStream } from '../../../support/tally.ts';
import { settled } from '../../../support/test-clock.ts';

type Json = Record<string, unknown>;

/** A source with room for ten, and the server that it pulls from. */
const startSource = (answer: (subject: string) => Json = () => ({})) => {
  const server = new FakeJsConnection(answer);
  const connection = server.asConnection;
  const taken: Delivery[] = [];
  const troubles: string[] = [];
  const healing: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  let reconnect: (() => void) | undefined;
  const running = new PullSource({
    connection,
    inboxPrefix: '_INBOX_test',
    api: new JsApi(connection),
    acks: new AckWriter(connection),
    consumer: {
      stream: tallyStream,
      durable: 'tally',
      filter: subjectsOf(tallyStream).requests,
      ordering: 'none',
      recognises: true,
      ackWaitMs: 30_000,
      maxAckPending: 100,
    },
    ensure: () =>
      new Promise((resolve, reject) => {
        healing.push({ end: resolve, fail: reject });
      }),
    onTrouble: (what) => troubles.push(what),
    onReconnect: (run) => {
      reconnect = run;
      return () => {
        reconnect = undefined;
      };
    },
  }).start(
    sinkOf(
      () => 10 - taken.length,
      (delivery) => taken.push(delivery),
    ),
  );
  const pull = (n: number): FakePull => {
    const found = server.pulls[n - 1];
    if (!found) throw new Error(`there are ${server.pulls.length} pulls`);
    return found;
  };
  const said = () => server.published.map(({ text }) => text);
  return { server, running, taken, troubles, healing, pull, said, reconnect: () => reconnect };
};

describe('a source of deliveries', () => {
  it('joins what it acknowledges in one turn, each to its own delivery', async () => {
    const { server, taken, pull } = startSource();
    for (let n = 1; n <= 3; n++) server.deliver(pull(1), n, n);

    taken[0]?.settle({ kind: 'done' });
    taken[1]?.extend();
    taken[2]?.settle({ kind: 'hand-back' });
    expect(server.published).toEqual([]);

    await soon(() =>
      expect(server.published.map(({ text }) => text)).toEqual(['+ACK', '+WPI', '-NAK']),
    );
    expect(server.published.map(({ subject }) => subject.split('.')[5])).toEqual(['1', '2', '3']);
  });

  it('acknowledges what it erases only once it is erased', async () => {
    let isErased: (value: Json) => void = () => {};
    const { server, taken, pull, said } = startSource();
    server.deliver(pull(1), 7, 1);
    const answer = new Promise<Json>((resolve) => {
      isErased = resolve;
    });
    server.answerNext(answer);

    taken[0]?.settle({ kind: 'erase' });
    await settled();
    expect(server.asked.at(-1)).toEqual({ subject: 'STREAM.MSG.DELETE.S', body: { seq: 7 } });
    expect(said()).toEqual([]);

    isErased({ success: true });
    await soon(() => expect(said()).toEqual(['+ACK']));
  });

  it('does not acknowledge what could not be erased: it comes again', async () => {
    const { server, taken, troubles, pull, said } = startSource(() => ({
      error: { code: 500, err_code: 10057, description: 'failed' },
    }));
    server.deliver(pull(1), 7, 1);

    taken[0]?.settle({ kind: 'erase' });
    await settled();

    expect(said()).toEqual([]);
    expect(troubles.join()).toMatch(/erase 7: .*failed/);
  });

  it('hands back what arrives while it stops, when it has stopped', async () => {
    const { server, running, taken, pull, said } = startSource();
    const stopped = running.stop();
    server.deliver(pull(1), 1, 1);
    await settled();
    expect(said()).toEqual([]);

    server.end(pull(1), 408);
    await stopped;

    expect(taken).toEqual([]);
    expect(said()).toEqual(['-NAK']);
    expect(running.isPulling()).toBe(false);
  });

  it('pulls again at once on a new connection, and no more after it has stopped', async () => {
    const { server, running, pull, reconnect } = startSource();
    server.end(pull(1), 408);
    expect(server.pulls).toHaveLength(2);

    reconnect()?.();
    expect(server.pulls).toHaveLength(3);

    const stopped = running.stop();
    for (const open of [pull(2), pull(3)]) server.end(open, 408);
    await stopped;
    expect(reconnect()).toBeUndefined();
    expect(server.pulls).toHaveLength(3);
  });

  it('heals its consumer once at a time, and pulls when that is done', async () => {
    const { server, troubles, healing, pull } = startSource();
    server.end(pull(1), 409, 'Consumer Deleted');
    await soon(() => expect(server.pulls).toHaveLength(2));
    server.end(pull(2), 503);
    expect(healing).toHaveLength(1);
    expect(troubles).toEqual([
      'pull on TALLY.tally: 409 Consumer Deleted',
      'pull on TALLY.tally: 503 as told',
    ]);

    healing[0]?.fail(new Error('not permitted'));
    await settled();
    expect(troubles.at(-1)).toBe('not permitted');
    await soon(() => expect(server.pulls).toHaveLength(3));
    server.end(pull(3), 503);
    expect(healing).toHaveLength(2);
  });

  it('asks what is settled when that is wanted, and forgets it with the connection', async () => {
    let floor = 17;
    const { server, running, reconnect } = startSource(() => ({
      ack_floor: { stream_seq: floor },
    }));

    expect(running.settledUpTo(0)).toBe(0);
    await settled();
    expect(running.settledUpTo(0)).toBe(17);
    floor = 20;
    await settled();
    expect(running.settledUpTo(0)).toBe(17);
    expect(server.asked.map(({ subject }) => subject)).toEqual(['CONSUMER.INFO.TALLY.tally']);

    // A broker that lost its last messages may give their sequences to others.
    floor = 3;
    reconnect()?.();
    expect(running.settledUpTo(0)).toBe(0);
    await settled();
    expect(running.settledUpTo(0)).toBe(3);
  });
});
