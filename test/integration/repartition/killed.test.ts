import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Step } from '../../../src/cli/repartition/move-stream.ts';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import { contentsOf } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';
import { brokenEntries, tillServices } from '../../support/till-services.ts';
import { TillWorld } from '../../support/till-world.ts';
import { WorkerProcess } from '../../support/worker-process.ts';

const script = join(resolve(import.meta.dirname, '../../support'), 'ended-repartition.mjs');
const keys = Array.from({ length: 60 }, (_, index) => `k${index}`);

let world: TillWorld;

beforeEach(async () => {
  brokenEntries.clear();
  world = await TillWorld.open(4);
});
afterEach(() => world[Symbol.asyncDispose]());

/** Moves the stream in a process of its own: what ended that, or what it says at the end. */
const moveUntil = async (partitions: number, at?: Step, times = 1): Promise<string> => {
  await using mover = new WorkerProcess(
    'till',
    {
      NATS_URL: world.server.url,
      FROM: String(world.stream.partitions),
      PARTITIONS: String(partitions),
      TIMES: String(times),
      ...(at && { AT: at }),
    },
    script,
  );
  const end = await mover.ends();
  return end === 0 ? mover.log.trim() : `${end}${mover.errors}`;
};

/** What a stream is left with by a first round of work, when all its workers are stopped. */
const prepare = async (): Promise<void> => {
  brokenEntries.add('bad1-2').add('bad2-2');
  await world.start(world.services.till, world.services.board);
  await world.enter([...keys, 'bad1', 'bad2'], 6);
  await world.expectAllBooked(['bad1', 'bad2']);
  const { deadLetters } = subjectsOf(world.stream);
  await soon(async () =>
    expect(await contentsOf(world.bus, world.stream, deadLetters)).toHaveLength(2),
  );
  brokenEntries.clear();
  await world.stop('till');
  await world.drained('board');
  await world.enter([...keys, 'bad1'], 10);
  await world.stop();
};

/** Works on with the new number, and expects that everything had its effect, once and in order. */
const goOn = async (partitions: number): Promise<void> => {
  world.services = tillServices(partitions);
  expect((await world.verify()).wrong).toBe(0);
  await world.start(world.services.till, world.services.board);
  await world.enter(keys, 1);
  const { deadLetters } = subjectsOf(world.stream);
  for (const letter of await contentsOf(world.bus, world.stream, deadLetters)) {
    expect((await world.ruler().rule('redriven', letter)).kind).toBe('ruled');
  }
  await world.expectAllBooked();
  await world.drained('till');
  expect((await world.verify()).wrong).toBe(0);
};

it('carries on wherever it was killed', { timeout: 180_000 }, async () => {
  await prepare();
  const ends = ['closed', 'begun', ...Array(5).fill('written'), 'copied', 'placed', 'purged'];
  for (const at of ends) expect(await moveUntil(7, at)).toBe('SIGKILL');
  expect(await moveUntil(7)).toBe('moved');
  await goOn(7);
  await world.drained('board');
  await world.stop();
  // In one go until the last step but one.
  expect(await moveUntil(3, 'opened')).toBe('SIGKILL');
  expect(await moveUntil(3)).toBe('has-them-already');
  await world.start(...Object.values(tillServices(3)).filter((each) => 'routes' in each));
  world.services = tillServices(3);
  await world.enter(keys, 1);
  await world.expectAllBooked();
  expect((await world.verify()).wrong).toBe(0);
});

it('is done by one of two who do it at the same time', { timeout: 60_000 }, async () => {
  await prepare();
  const results = await Promise.allSettled([moveUntil(7), moveUntil(7)]);
  const said = results.map((result) => (result.status === 'fulfilled' ? result.value : ''));
  expect(said.filter((each) => each === 'moved')).toHaveLength(1);
  await goOn(7);
});

it('keeps the stream closed to workers until it is through', { timeout: 60_000 }, async () => {
  await prepare();
  expect(await moveUntil(7, 'written', 2)).toBe('SIGKILL');
  for (const partitions of [4, 7]) {
    const start = world.start(tillServices(partitions).till);
    await expect(start).rejects.toThrow(/is being moved to another number of partitions/);
  }
  await expect(world.move(5)).rejects.toThrow(/a move from 4 to 7 partitions has begun/);
  expect(await moveUntil(7)).toBe('moved');
  await goOn(7);
});
