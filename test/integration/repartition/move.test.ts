import { afterEach, beforeEach, expect, it } from 'vitest';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import { StreamMover } from '../../../src/infra/nats/stream-mover.ts';
import { contentsOf, startOnServer } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';
import { brokenEntries, tillServices } from '../../support/till-services.ts';
import { brokerOf, TillWorld } from '../../support/till-world.ts';

const keys = Array.from({ length: 40 }, (_, index) => (index % 4 ? `k${index}` : `key ${index}`));
const parked = ['bad 1', 'bad2', 'bad3'];

let world: TillWorld;

beforeEach(async () => {
  brokenEntries.clear();
  world = await TillWorld.open(4);
});
afterEach(() => world[Symbol.asyncDispose]());

const startBoth = (): Promise<void> => world.start(world.services.till, world.services.board);

const letters = () => contentsOf(world.bus, world.stream, subjectsOf(world.stream).deadLetters);

/** Moves the stream while nobody works and something waits, and starts again with the new number. */
const moveTo = async (partitions: number): Promise<void> => {
  await world.stop('till');
  await world.enter([...keys, 'bad2'], 3);
  await world.drained('board');
  await world.stop();
  await world.move(partitions);
  world.services = tillServices(partitions);
  // The board has seen all facts, wherever they lie now; the till has yet to do what was asked last.
  const lagOf = (durable: string) => world.bus.lag({ stream: world.stream, durable });
  expect(await lagOf('board')).toEqual({ pending: 0, unacknowledged: 0 });
  expect((await lagOf('till')).pending).toBeGreaterThanOrEqual(3 * keys.length);
};

it('moves to more partitions and to fewer, with states, facts, letters and what waits', {
  timeout: 120_000,
}, async () => {
  for (const key of parked) brokenEntries.add(`${key}-2`);
  await startBoth();
  await world.enter([...keys, ...parked], 5);
  await world.expectAllBooked(parked);
  await soon(async () => expect(await letters()).toHaveLength(3));
  const [first] = await letters();
  brokenEntries.clear();
  // The order to resume a key waits when the stream is moved.
  await world.drained('till');
  await world.stop('till');
  if (first) expect((await world.ruler().rule('redriven', first)).kind).toBe('ruled');
  await moveTo(7);
  expect((await world.verify()).wrong).toBe(0);
  await startBoth();
  await world.enter(keys, 4);
  await world.expectAllBooked(parked);
  const key = decodeURIComponent(first?.header('millrace-dead-key') ?? '');
  await world.expectAllBooked(parked.filter((other) => other !== key));

  await moveTo(3);
  expect((await world.verify()).wrong).toBe(0);
  await startBoth();
  for (const letter of await letters()) await world.ruler().rule('redriven', letter);
  await world.enter([...keys, ...parked], 2);
  await world.expectAllBooked();
  await world.drained('till');
  const report = await world.verify();
  expect(report.wrong).toBe(0);
  expect(report.counts).toMatchObject({ redriven: 3, waiting: 0, unproven: 0 });
  expect((await world.verify(world.services.board)).wrong).toBe(0);
});

it('does not handle again what was applied and not acknowledged', { timeout: 60_000 }, async () => {
  await world.start(world.services.till, world.services.board);
  await world.enter(['often'], 200);
  await world.enter(keys, 2);
  await world.expectAllBooked();
  await world.drained('board');
  await world.stop();
  // As after a power cut, when the broker had forgotten its consumers' floors.
  await using mover = await StreamMover.connect(brokerOf(world.server), world.stream.name);
  for (let partition = 0; partition < 4; partition++) {
    await mover.placeConsumer(`till-${partition}`, 1);
  }
  await world.move(7);
  world.services = tillServices(7);
  await startBoth();
  await world.enter(['often', ...keys], 1);
  await world.expectAllBooked();
  await world.drained('till');
  expect((await world.verify()).wrong).toBe(0);
});

it('changes nothing when it is only tried', async () => {
  await startBoth();
  await world.enter(keys, 2);
  await world.expectAllBooked();
  await world.drained('board');
  await world.stop();
  const before = await contentsOf(world.bus, world.stream, '>');
  const result = await world.move(7, { dryRun: true });
  expect(result).toEqual({ kind: 'could-be-moved', from: 4, messages: before.length });
  const after = await contentsOf(world.bus, world.stream, '>');
  expect(after.map(({ sequence }) => sequence)).toEqual(before.map(({ sequence }) => sequence));
  await startBoth();
  await world.enter(keys, 1);
  await world.expectAllBooked();
});

it('is refused while workers run, and says whose', { timeout: 60_000 }, async () => {
  await startBoth();
  await world.enter(keys, 1);
  await expect(world.move(7)).rejects.toThrow(/workers of till run .*stop them/);
  await world.stop('till');
  await expect(world.move(7)).rejects.toThrow(/workers of board run .*stop them/);
});

it('is refused while somebody has facts left to read', async () => {
  await startBoth();
  await world.stop('board');
  await world.enter(keys, 1);
  const { facts } = subjectsOf(world.stream);
  await soon(async () => expect(await contentsOf(world.bus, world.stream, facts)).toHaveLength(40));
  await world.drained('till');
  await world.stop();
  await expect(world.move(7)).rejects.toThrow(/board has 40 messages left to read/);
});

it('is nothing when the stream has as many already', async () => {
  await startBoth();
  await world.stop();
  expect(await world.move(4)).toEqual({ kind: 'has-them-already' });
});

it('refuses workers with the old number afterwards', async () => {
  await startBoth();
  await world.stop();
  await world.move(7);
  const start = startOnServer(world.services.till, world.server);
  await expect(start).rejects.toThrow(/has 7 partitions, declared are 4/);
});
