import { beforeEach, describe, expect, it } from 'vitest';
import type { AckKind } from '../../../../src/infra/nats/ack-writer.ts';
import type { Held } from '../../../../src/infra/nats/held-delivery.ts';
import type { JsApi } from '../../../../src/infra/nats/js-api.ts';
import { Moment } from '../../../../src/infra/nats/moment.ts';
import { PartitionHands } from '../../../../src/infra/nats/partition-hands.ts';
import type { ConsumerProgress } from '../../../../src/infra/nats/recall.ts';
import type { Delivery, InboundMessage } from '../../../../src/infra/pipeline/delivery.ts';

let said: string[];
let deliveries: Delivery[];
/** What the stream has under the sequence that is asked for. */
let stored: { readonly seq: number; readonly time: string } | undefined;
let hands: PartitionHands;

beforeEach(() => {
  said = [];
  deliveries = [];
  hands = new PartitionHands({
    ...{ stream: 'TALLY', durable: 'tally-0', partition: 0 },
    sink: {
      room: () => 100,
      take: (delivery) => deliveries.push(delivery),
      acquire: () => {},
      release: async () => {},
    },
    acks: { write: (reply: string, kind: AckKind) => void said.push(`${kind} ${reply}`) },
    api: {
      ask: async () => (stored ? { message: stored } : { error: { code: 404, err_code: 10037 } }),
    } as unknown as JsApi,
    onTrouble: () => {},
    moment: new Moment(20),
    onSettled: () => {},
  });
});

const heldOf = (sequence: number): Held => ({
  message: { stream: 'TALLY', sequence, storedAt: sequence * 1_000 } as InboundMessage,
  ...{ deliveries: 1, consumerSequence: sequence, isRead: false, reply: `reply-${sequence}` },
});

const progressOf = (ack_policy: 'all' | 'explicit', floor = 0): ConsumerProgress => ({
  config: { ack_policy },
  delivered: { consumer_seq: 10, stream_seq: 10 },
  ack_floor: { consumer_seq: floor, stream_seq: floor },
  num_ack_pending: 10 - floor,
});

const settle = (n: number): void => deliveries[n]?.settle({ kind: 'done' });

describe('what a process has of a partition', () => {
  it('is not handed on before it is known how it is acknowledged', () => {
    expect(hands.hand(heldOf(1))).toBe(false);
    expect(deliveries).toEqual([]);
  });

  it('is acknowledged one by one where the consumer is', () => {
    hands.learn(progressOf('explicit'));
    for (const n of [1, 2]) hands.hand(heldOf(n));

    settle(1);

    expect(said).toEqual(['ack reply-2']);
  });

  it('stays in hand until it is erased, so that nobody recalls it meanwhile', async () => {
    stored = { seq: 1, time: '' };
    hands.learn(progressOf('explicit'));
    hands.hand(heldOf(1));

    deliveries[0]?.settle({ kind: 'erase' });
    expect([hands.has(1), said]).toEqual([true, []]);

    await expect.poll(() => hands.has(1)).toBe(false);
    expect(said).toEqual(['ack reply-1']);
  });

  it('is acknowledged up to what is not settled where that holds for all before it', () => {
    hands.learn(progressOf('all'));
    for (const n of [1, 2, 3]) hands.hand(heldOf(n));

    settle(1);
    hands.flush();
    expect(said).toEqual([]);

    settle(0);
    hands.flush();
    expect(said).toEqual(['ack $JS.ACK.TALLY.tally-0.1.2.2.0.0']);
  });

  it('is never acknowledged by itself once a single acknowledgement would hold for others', () => {
    hands.learn(progressOf('explicit'));
    for (const n of [1, 2]) hands.hand(heldOf(n));

    expect(hands.learn(progressOf('all'))).toBe(false);
    settle(1);

    expect(said).toEqual([]);
  });

  it('nor when it was forgotten in between', () => {
    hands.learn(progressOf('explicit'));
    for (const n of [1, 2]) hands.hand(heldOf(n));
    hands.forget();

    expect(hands.learn(progressOf('all'))).toBe(true);
    settle(1);

    expect(said).toEqual([]);
  });

  it('is still acknowledged after it was forgotten, up to the first that was dropped', () => {
    hands.learn(progressOf('all'));
    for (const n of [1, 2, 3]) hands.hand(heldOf(n));
    hands.forget();
    hands.learn(progressOf('all', 5));

    for (const n of [0, 2]) settle(n);
    hands.flush();

    expect(said).toEqual(['ack $JS.ACK.TALLY.tally-0.1.1.1.0.0']);
  });

  it('is acknowledged after a new connection once the stream turns out to be what it was', async () => {
    hands.learn(progressOf('all'));
    for (const n of [1, 2]) hands.hand(heldOf(n));
    stored = { seq: 2, time: new Date(2_000).toISOString() };

    const isAsBefore = hands.isAsBefore();
    for (const n of [0, 1]) settle(n);
    hands.flush();
    expect(said).toEqual([]);

    expect(await isAsBefore).toBe(true);
    expect(said).toEqual(['ack $JS.ACK.TALLY.tally-0.1.2.2.0.0']);
  });

  it.each([
    ['is lost', () => {}],
    ['is lost and somebody else is the owner', () => hands.forget()],
  ])('is not acknowledged from when the connection %s', (_what, meanwhile) => {
    hands.learn(progressOf('all'));
    for (const n of [1, 2]) hands.hand(heldOf(n));
    settle(0);

    hands.doubt();
    meanwhile();
    settle(1);
    hands.flush();

    expect(said).toEqual([]);
  });

  it('nor what was forgotten before', () => {
    hands.learn(progressOf('all'));
    hands.hand(heldOf(1));
    hands.forget();

    hands.doubt();
    settle(0);
    hands.flush();

    expect(said).toEqual([]);
  });

  it('is acknowledged by what the last connection tells, not by the answer to one before', async () => {
    hands.learn(progressOf('all'));
    hands.hand(heldOf(1));
    stored = { seq: 1, time: new Date(1_000).toISOString() };
    const first = hands.isAsBefore();

    hands.doubt();
    settle(0);
    expect(await first).toBe(true);
    hands.flush();
    expect(said).toEqual([]);

    expect(await hands.isAsBefore()).toBe(true);
    expect(said).toEqual(['ack $JS.ACK.TALLY.tally-0.1.1.1.0.0']);
  });

  it.each([
    ['its last message is gone', undefined],
    ['its sequence is that of another', { seq: 2, time: new Date(7_000).toISOString() }],
  ])('is not acknowledged any more when %s', async (_what, found) => {
    hands.learn(progressOf('all'));
    for (const n of [1, 2]) hands.hand(heldOf(n));
    stored = found;

    expect(await hands.isAsBefore()).toBe(false);
    hands.distrust();
    hands.forget();
    for (const n of [0, 1]) settle(n);
    hands.flush();

    expect(said).toEqual([]);
  });

  it('knows what is settled and waits for others, and acknowledges again what comes although it is', () => {
    hands.learn(progressOf('all'));
    for (const n of [1, 2, 3]) hands.hand(heldOf(n));
    for (const n of [0, 2]) settle(n);
    hands.flush();
    said.length = 0;

    expect([1, 2, 3, 4].map((n) => hands.renew(n, `again-${n}`))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(said).toEqual(['ack again-1']);
  });
});
