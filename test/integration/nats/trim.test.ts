import { AckPolicy, DeliverPolicy, headers } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeOf } from '../../../src/contracts/streams.ts';
import { LeftBehind } from '../../../src/infra/pipeline/left-behind.ts';
import { trim } from '../../../src/infra/pipeline/trim.ts';
import { Kept, retention } from '../../support/kept-stream.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { openBus } from '../../support/world-on-nats.ts';

let server: NatsServer;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

describe('trimming a stream', () => {
  it('removes request events and facts that are old and settled, and nothing else ever', async () => {
    await using kept = await Kept.open(server);
    const roots = ['in', 'fact', 'state', 'dead', 'parked', 'ruling'];
    for (const root of roots) await kept.store(root);
    await kept.owner(1);

    const reports = await kept.trim();

    expect(await Promise.all(roots.map((root) => kept.left(root)))).toEqual([
      [],
      [],
      [3],
      [4],
      [5],
      [6],
    ]);
    expect(reports).toEqual([
      { kind: 'requests', trimmed: 1, oldest: undefined, heldBackBy: [] },
      { kind: 'facts', trimmed: 1, oldest: undefined, heldBackBy: [] },
      { kind: 'dead-letters', trimmed: 0, oldest: undefined, heldBackBy: [] },
    ]);
  });

  it('keeps what is younger than its retention, to the millisecond', async () => {
    await using kept = await Kept.open(server);
    for (let n = 0; n < 5; n++) await kept.store('fact');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const young = await kept.store('fact');
    const at = await kept.bus.upkeep.firstOf(kept.stream, '>', { sequence: young });

    await kept.trim({ now: (at?.storedAt ?? 0) + 1000 });

    expect(await kept.left('fact')).toEqual([young]);
  });

  it('keeps dead letters for their own time, and for good while a key of their partition is parked', async () => {
    await using kept = await Kept.open(server);
    for (const root of ['dead', 'ruling']) await kept.store(root, { partition: 0 });
    for (const root of ['dead', 'parked']) await kept.store(root, { partition: 1 });

    await kept.trim({ keep: { ...retention, deadLettersMs: 2000 } });

    expect(await kept.left('dead')).toEqual([3]);
    expect(await kept.left('ruling')).toEqual([]);
    expect(await kept.left('parked')).toEqual([4]);
  });

  it('loses nothing of a consumer that is a day behind', async () => {
    await using kept = await Kept.open(server);
    for (let n = 0; n < 10; n++) await kept.store('in');
    const owner = await kept.owner(3);

    const [requests] = await kept.trim();

    expect(requests).toMatchObject({
      trimmed: 3,
      heldBackBy: [{ by: kept.stream.service, overdueMs: expect.any(Number) }],
    });
    const rest: number[] = [];
    for (let n = 0; n < 7; n++) rest.push((await owner.next())?.seq ?? 0);
    expect(rest).toEqual([4, 5, 6, 7, 8, 9, 10]);
  });

  it('keeps what another service has yet to handle, and what a newcomer wants to read', async () => {
    await using kept = await Kept.open(server);
    for (let n = 0; n < 6; n++) await kept.store('fact');
    const { service } = kept.stream;
    const other = await kept.consume(`fact.${service}.>`, 2);
    expect((await kept.trim())[1]).toMatchObject({ trimmed: 2 });

    const newcomer = await kept.consume('*.*.*.x', 0, { deliver_policy: DeliverPolicy.All });
    for (let n = 0; n < 4; n++) await (await other.next())?.ackAck();
    expect((await kept.trim())[1]).toMatchObject({
      trimmed: 0,
      heldBackBy: [{ by: (await newcomer.info()).name }],
    });

    expect(await kept.left('fact')).toEqual([3, 4, 5, 6]);
  });

  it('lets those who acknowledge nothing be where they have been delivered to', async () => {
    await using kept = await Kept.open(server);
    for (let n = 0; n < 6; n++) await kept.store('fact');
    const follower = await kept.consume('fact.>', 0, { ack_policy: AckPolicy.None });
    for await (const _ of await follower.fetch({ max_messages: 2, expires: 1000 }));

    await kept.trim();

    expect(await kept.left('fact')).toEqual([3, 4, 5, 6]);
  });

  it('keeps the request events of a service that has no consumer', async () => {
    await using kept = await Kept.open(server);
    await kept.store('in');
    await kept.consume(`in.>`, 1);

    const [requests] = await kept.trim();

    expect(requests?.heldBackBy).toMatchObject([
      { by: expect.stringContaining('which has none yet') },
    ]);
    expect(await kept.left('in')).toEqual([1]);
  });

  it('trims each partition by its own consumer: one that is idle holds up no other', async () => {
    await using kept = await Kept.open(server);
    const { service } = kept.stream;
    const keyIn = (partition: number) =>
      ['a', 'b', 'c', 'd', 'e', 'f'].find(
        (key) => placeOf(kept.stream, key).partition === partition,
      ) ?? '';
    await kept.store('in', { key: keyIn(0) });
    for (let n = 0; n < 4; n++) await kept.store('in', { key: keyIn(1) });
    await kept.consume(`in.${service}.0.>`, 0, { durable_name: `${service}-0` });
    await kept.consume(`in.${service}.1.>`, 4, {
      durable_name: 'named-at-will',
      metadata: { 'millrace.service': service },
    });

    await kept.trim();

    expect(await kept.left('in')).toEqual([1]);
  });

  it('keeps an event that was too large for its dead letter, until that is ruled upon', async () => {
    await using kept = await Kept.open(server);
    const { service } = kept.stream;
    const { partition } = placeOf(kept.stream, 'k');
    for (let n = 0; n < 3; n++) await kept.store('in');
    const letter = headers();
    letter.set('millrace-dead-sequence', '2');
    letter.set('millrace-dead-body', 'left in the stream');
    await kept.connection
      .jetstream()
      .publish(`dead.${service}.${partition}.x`, '', { headers: letter });
    await kept.owner(3);
    const copies = new LeftBehind(kept.bus, kept.bus.upkeep, kept.stream);
    const leftBehind = (at: number) => copies.firstIn(at);

    const [requests] = await kept.trim({ leftBehind });
    expect(requests?.heldBackBy).toMatchObject([{ by: 'an event too large for its dead letter' }]);
    expect(await kept.left('in')).toEqual([2, 3]);

    await kept.store('ruling', { partition, name: '4' });
    await kept.trim({ leftBehind });
    expect(await kept.left('in')).toEqual([]);
  });

  it('keeps it longer when its key is parked: until the order to resume it is settled', async () => {
    await using kept = await Kept.open(server);
    const { service } = kept.stream;
    const { partition } = placeOf(kept.stream, 'k');
    for (let n = 0; n < 3; n++) await kept.store('in');
    const letter = headers();
    letter.set('millrace-dead-sequence', '2');
    letter.set('millrace-dead-body', 'left in the stream');
    letter.set('millrace-dead-on-exhausted', 'park');
    await kept.connection
      .jetstream()
      .publish(`dead.${service}.${partition}.x`, '', { headers: letter });
    const owner = await kept.owner(3);
    const copies = new LeftBehind(kept.bus, kept.bus.upkeep, kept.stream);
    const leftBehind = (at: number) => copies.firstIn(at);
    const order = await kept.store('in');
    await kept.store('ruling', { partition, name: '4' });

    await kept.trim({ leftBehind });
    await kept.trim({ leftBehind });
    expect(await kept.left('in')).toEqual([2, 3, order]);

    await (await owner.next())?.ackAck();
    await kept.trim({ leftBehind });
    expect(await kept.left('in')).toEqual([]);
  });

  it('does no harm when two do it at once, while others publish', async () => {
    await using kept = await Kept.open(server);
    await using second = await openBus(server);
    for (let n = 0; n < 50; n++) await kept.store('in');
    await kept.owner(30);
    const options = { stream: kept.stream, retention, now: Date.now() + 86_400_000 };

    const rounds = await Promise.all([
      trim({ ...options, upkeep: kept.bus.upkeep }),
      trim({ ...options, upkeep: second.upkeep }),
      kept.store('in'),
    ]);

    expect(await kept.left('in')).toEqual(Array.from({ length: 21 }, (_, n) => n + 31));
    expect((rounds[0][0]?.trimmed ?? 0) + (rounds[1][0]?.trimmed ?? 0)).toBe(30);
  });
});
