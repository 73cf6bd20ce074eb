import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import { contentsOf } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';
import { tillServices } from '../../support/till-services.ts';
import { TillWorld, type TillWorldOptions } from '../../support/till-world.ts';
import { WorkerProcess } from '../../support/worker-process.ts';

const script = join(resolve(import.meta.dirname, '../../support'), 'slow-till.mjs');
const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);

let world: TillWorld;
let worker: WorkerProcess;

afterEach(async () => {
  await worker?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

beforeEach(() => {
  worker = undefined as never;
});

const facts = () => contentsOf(world.bus, world.stream, subjectsOf(world.stream).facts);

/** A worker with the old number that was frozen in the middle of its work, some keys of which are new. */
const freezeWorker = async (options: TillWorldOptions): Promise<void> => {
  world = await TillWorld.open(4, options);
  await world.start(world.services.till, world.services.board);
  await world.enter(keys.slice(0, 20), 1);
  await world.expectAllBooked();
  await world.stop('till');
  worker = new WorkerProcess(
    'till',
    { NATS_URL: world.server.url, PARTITIONS: '4', TAKES_MS: '400' },
    script,
  );
  await world.enter(keys, 4);
  const before = 20;
  await soon(async () => expect((await facts()).length).toBeGreaterThan(before));
  worker.signal('SIGSTOP');
  await world.drained('board');
  await world.stop();
};

it('is refused while a frozen worker is connected, who goes on when it wakes up', {
  timeout: 120_000,
}, async () => {
  await freezeWorker({});
  const before = await contentsOf(world.bus, world.stream, '>');

  await expect(world.move(7)).rejects.toThrow(
    /a worker of till is connected to the broker and does not answer: end its process/,
  );

  expect((await contentsOf(world.bus, world.stream, '>')).length).toBe(before.length);
  worker.signal('SIGCONT');
  await world.start(world.services.board);
  await world.expectAllBooked();
  expect((await world.verify()).wrong).toBe(0);
});

it('lets a worker change nothing that was frozen before the move and wakes up after it', {
  timeout: 120_000,
}, async () => {
  // The broker soon lets go of who does not answer, as it does after minutes usually.
  await freezeWorker({ server: { extraConfig: 'ping_interval: "1s"\nping_max: 2' } });
  await soon(() => world.move(7), 20_000);
  const moved = await contentsOf(world.bus, world.stream, '>');

  worker.signal('SIGCONT');

  expect(await worker.ends()).toBe(1);
  expect(worker.log).toMatch(/stream TILL has 7 partitions, declared are 4/);
  const after = await contentsOf(world.bus, world.stream, '>');
  expect(after.map(({ subject, sequence }) => [sequence, subject])).toEqual(
    moved.map(({ subject, sequence }) => [sequence, subject]),
  );
  world.services = tillServices(7);
  await world.start(world.services.till, world.services.board);
  await world.expectAllBooked();
  expect((await world.verify()).wrong).toBe(0);
});
