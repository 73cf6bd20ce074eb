import { connect } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repartition } from '../../../src/cli/repartition/repartition.ts';
import { partitionOf } from '../../../src/contracts/key-token.ts';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import { StreamMover } from '../../../src/infra/nats/stream-mover.ts';
import type { AnyService } from '../../../src/infra/pipeline/define-service.ts';
import { RawProducer } from '../../support/raw-producer.ts';
import { contentsOf } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';
import { brokenEntries, tillServices } from '../../support/till-services.ts';
import { TillWorld } from '../../support/till-world.ts';

let world: TillWorld;
let mover: StreamMover;

beforeEach(async () => {
  brokenEntries.clear();
  world = await TillWorld.open(4);
  mover = await StreamMover.connect(world.broker, world.stream.name);
});
afterEach(async () => {
  await mover[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const startBoth = (): Promise<void> => world.start(world.services.till, world.services.board);

/** Some work is done, nobody has anything left to do, and nobody runs. */
const workAndStop = async (): Promise<void> => {
  await startBoth();
  await world.enter(['a', 'b', 'c', 'd', 'e', 'f'], 2);
  await world.expectAllBooked();
  await world.drained('till');
  await world.drained('board');
  await world.stop();
};

const lastSequence = async (): Promise<number> => mover.lastSequence();

/** A refusal changes nothing: neither what lies in the stream, nor who may write to it. */
const expectRefused = async (why: RegExp): Promise<void> => {
  const before = await lastSequence();
  await expect(world.move(7)).rejects.toThrow(why);
  expect(await lastSequence()).toBe(before);
  expect((await mover.find())?.config['subjects']).toContain('till.*.*');
};

const expectMoved = async (): Promise<void> => {
  expect((await world.move(7)).kind).toBe('moved');
  world.services = tillServices(7);
  await startBoth();
  await world.enter(['a', 'b', 'c'], 1);
  await world.expectAllBooked();
};

const consumerOf = (filter: string, more = {}) => ({
  ...{ filter_subject: filter, deliver_policy: 'all', ack_policy: 'explicit' },
  ...more,
});

describe('a move is refused', { timeout: 90_000 }, () => {
  it('for a consumer of one partition that is nobody’s we know, until it is deleted', async () => {
    await workAndStop();
    await mover.makeConsumer('audit', consumerOf('in.till.2.>', { durable_name: 'audit' }));
    const recent = { durable_name: 'recent', deliver_policy: 'new' };
    await mover.makeConsumer('recent', consumerOf('fact.till.>', recent));

    await expectRefused(/the consumer audit cannot be kept: it reads in\.till\.2\.>.*Delete it/);
    await expectRefused(/the consumer recent cannot be kept: .* deliver policy new/);

    await mover.deleteConsumer('audit');
    await mover.deleteConsumer('recent');
    await expectMoved();
  });

  it('while a foreign reader of facts is behind, and keeps its place when it is not', async () => {
    await workAndStop();
    const books = consumerOf('fact.till.>', { durable_name: 'books', ack_policy: 'all' });
    await mover.makeConsumer('books', books);

    await expectRefused(/books has 12 messages left to read/);

    await mover.placeConsumer('books', (await lastSequence()) + 1);
    await expectMoved();
    const found = (await mover.consumers()).find(({ name }) => name === 'books');
    expect(found).toMatchObject({ num_pending: 3, num_ack_pending: 0 });
  });

  it('while somebody reads, whom nobody has heard of', async () => {
    await workAndStop();
    await mover.makeConsumer('live', consumerOf('fact.till.>', { durable_name: 'live' }));
    await mover.placeConsumer('live', (await lastSequence()) + 1);
    const reader = await connect({ servers: world.server.url });
    reader.subscribe('replies.live');
    const pull = JSON.stringify({ batch: 1, expires: 60_000_000_000 });
    reader.publish('$JS.API.CONSUMER.MSG.NEXT.TILL.live', pull, { reply: 'replies.live' });
    await reader.flush();

    await expectRefused(/somebody reads through the consumer live/);

    await reader.close();
    await soon(async () =>
      expect((await mover.consumers()).find(({ name }) => name === 'live')?.num_waiting).toBe(0),
    );
    await expectMoved();
  });

  it('for what verify finds wrong, and for what was acknowledged and not handled', async () => {
    await workAndStop();
    await world.enter(['a'], 1);
    const last = await lastSequence();
    for (let partition = 0; partition < 4; partition++) {
      await mover.placeConsumer(`till-${partition}`, last + 1);
    }

    await expectRefused(/npm run verify finds 1 events of till missing, doubled or out of order/);

    const partition = partitionOf('a', 4);
    await mover.placeConsumer(`till-${partition}`, last);
    await startBoth();
    await world.drained('till');
    await world.drained('board');
    await world.stop();
    await expectMoved();
  });

  it('for a service whose events are in no order', async () => {
    const loose: AnyService = { ...world.services.till, ordering: 'none' };
    const move = repartition({
      service: loose,
      ...{ services: world.all, partitions: 7, dryRun: false, broker: world.broker },
      signal: new AbortController().signal,
    });

    await expect(move).rejects.toThrow(/the events of till are handled in no order/);
  });

  it('for a stream that is not there', async () => {
    await expect(world.move(7)).rejects.toThrow(/there is no stream TILL/);
  });
});

describe('what was set aside without its body', () => {
  const large = 'x'.repeat(524_150);
  const letters = () => contentsOf(world.bus, world.stream, subjectsOf(world.stream).deadLetters);

  it('holds up the move until it is ruled upon and handled', { timeout: 120_000 }, async () => {
    brokenEntries.add('huge-1').add('behind-1');
    const producer = await RawProducer.connect(world.server.url);
    const enter = (key: string, n: number, pad = ''): void =>
      producer.publish(`till.enter.${key}`, JSON.stringify({ key, n, pad }));
    await startBoth();
    enter('huge', 1, large);
    enter('behind', 1);
    enter('behind', 2, large);
    await producer.flush();
    producer.close();
    await soon(async () => expect(await letters()).toHaveLength(2));
    await world.drained('till');
    await world.stop();
    const { parked } = subjectsOf(world.stream);
    const copies = [...(await letters()), ...(await contentsOf(world.bus, world.stream, parked))];
    const left = copies.filter(({ body }) => body.length === 0);
    expect(left).toHaveLength(2);

    await expectRefused(
      new RegExp(
        `2 dead letters or parked events of TILL were too large .*the first is till/${left[0]?.sequence}\\)`,
      ),
    );

    brokenEntries.clear();
    await startBoth();
    for (const letter of await letters()) {
      expect((await world.ruler().rule('redriven', letter)).kind).toBe('ruled');
    }
    world.entries.set('huge', 1).set('behind', 2);
    await world.expectAllBooked();
    await world.drained('till');
    await world.drained('board');
    await world.stop();
    await expectMoved();
  });
});
