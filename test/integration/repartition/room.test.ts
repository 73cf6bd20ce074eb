import { connect } from 'nats';
import { afterEach, expect, it } from 'vitest';
import { StreamMover } from '../../../src/infra/nats/stream-mover.ts';
import { soon } from '../../support/soon.ts';
import { tillServices } from '../../support/till-services.ts';
import { TillWorld } from '../../support/till-world.ts';

const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
const mebibyte = 1_048_576;

let world: TillWorld;

afterEach(() => world?.[Symbol.asyncDispose]());

/** Stores in a subject as much as is asked for, or as fits. */
const fill = async (subject: string, bytes: number): Promise<void> => {
  const connection = await connect({ servers: world.server.url });
  const size = 50_000;
  for (let left = bytes; left > 0; left -= size) {
    const body = new Uint8Array(Math.min(size, left));
    await connection
      .jetstream()
      .publish(subject, body)
      .catch(() => undefined);
  }
  await connection.close();
};

/** Events that are handled, facts of some size, and as many events that wait; nobody runs. */
const prepare = async (bytes = 0): Promise<void> => {
  await world.start(world.services.till, world.services.board);
  await world.enter(keys, 2);
  await world.expectAllBooked();
  await fill('fact.till.0.filler', bytes);
  await world.drained('till');
  await world.drained('board');
  await world.stop();
  await world.enter(keys, 2);
};

const openMover = () => StreamMover.connect(world.broker, world.stream.name);

const goOn = async (): Promise<void> => {
  world.services = tillServices(7);
  await world.start(world.services.till, world.services.board);
  await world.enter(keys, 1);
  await world.expectAllBooked();
  await world.drained('till');
  expect((await world.verify()).wrong).toBe(0);
};

it('moves a stream near its limit, or refuses it when it would be over it', {
  timeout: 120_000,
}, async () => {
  world = await TillWorld.open(4, { maxBytes: mebibyte });
  await prepare();
  await using mover = await openMover();
  const held = (await mover.find())?.state.bytes ?? 0;
  await fill('parked.till.0.filler', mebibyte - held - 4_000);

  await expect(world.move(7)).rejects.toThrow(/of at most 1,048,576 bytes.*full afterwards/);
  expect((await mover.find())?.config['metadata']).toMatchObject({ 'millrace.partitions': '4' });

  await mover.purge((await mover.lastSequence()) + 1, 'parked.till.0.filler');
  await fill('parked.till.0.filler', mebibyte - held - 80_000);
  expect((await world.move(7)).kind).toBe('moved');
  expect((await mover.find())?.config['max_bytes']).toBe(mebibyte);
  await goOn();
});

it('refuses to begin where the broker has no room for everything twice', {
  timeout: 120_000,
}, async () => {
  const jetstreamConfig = 'max_file_store: 8MB';
  world = await TillWorld.open(4, { server: { jetstreamConfig }, maxBytes: 3 * mebibyte });
  await prepare();
  await fill('parked.till.0.filler', 2 * mebibyte);
  await using mover = await openMover();

  await expect(world.move(7)).rejects.toThrow(/has no room .* twice.*nothing was changed/);

  expect((await mover.find())?.config['subjects']).toContain('till.*.*');
  await mover.purge((await mover.lastSequence()) + 1, 'parked.till.0.filler');
  expect((await world.move(7)).kind).toBe('moved');
  await goOn();
});

it('stops where the disk is full all the same, and carries on when there is room', {
  timeout: 120_000,
}, async () => {
  world = await TillWorld.open(4, { server: { jetstreamConfig: 'max_file_store: 6MB' } });
  await prepare(2 * mebibyte);
  await fill('fact.board.0.filler', 3 * mebibyte);
  await using mover = await openMover();

  await expect(world.move(7)).rejects.toThrow(/insufficient (storage )?resources/);

  // It is closed, and as whole as it was.
  expect((await mover.find())?.config['subjects']).toEqual(['move.till.*.*.*']);
  await using boards = await StreamMover.connect(world.broker, 'BOARD');
  await boards.purge((await boards.lastSequence()) + 1, 'fact.board.0.filler');
  await soon(async () => expect((await world.move(7)).kind).toBe('moved'), 20_000);
  await goOn();
});
