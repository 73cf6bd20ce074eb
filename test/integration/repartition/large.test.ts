import { afterEach, beforeEach, expect, it } from 'vitest';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import { tillServices } from '../../support/till-services.ts';
import { TillWorld } from '../../support/till-world.ts';

// `LARGE=100000 npm test -- test/integration/repartition/large.test.ts` measures it.
const keys = Number(process.env['LARGE'] ?? 3_000);
const minutes = 60_000;

let world: TillWorld;

beforeEach(async () => {
  world = await TillWorld.open(4);
});
afterEach(() => world[Symbol.asyncDispose]());

const names = Array.from({ length: keys }, (_, index) => `k${index}`);

/** Publishes one entry of each key, some thousand at a time. */
const enterAll = async (): Promise<void> => {
  for (let from = 0; from < keys; from += 2_000) {
    await world.enter(names.slice(from, from + 2_000), 1);
  }
};

it(`moves ${keys} states and as many events that wait`, { timeout: 10 * minutes }, async () => {
  const { till } = world.services;
  await world.start(till);
  await enterAll();
  await world.drained('till', 5 * minutes);
  await world.stop();
  await enterAll();
  const beganAt = performance.now();
  const moved = await world.move(16);
  const seconds = (performance.now() - beganAt) / 1_000;
  const { messages } = moved.kind === 'moved' ? moved : { messages: 0 };
  process.stdout.write(
    `${messages} messages, ${keys} states and ${keys} waiting events among them: ${seconds.toFixed(1)} s\n`,
  );
  world.services = tillServices(16);
  const { upkeep } = world.bus;
  const counts = await upkeep.countsOf(world.stream, subjectsOf(world.stream).states);
  expect(counts.size).toBe(keys);
  const lag = await world.bus.lag({ stream: world.stream, durable: 'till' });
  expect(lag).toEqual({ pending: keys, unacknowledged: 0 });
  expect((await world.verify()).counts).toMatchObject({ waiting: keys, missing: 0 });
});
