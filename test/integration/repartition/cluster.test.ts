import { afterEach, expect, it } from 'vitest';
import type { Step } from '../../../src/cli/repartition/move-stream.ts';
import { StreamMover } from '../../../src/infra/nats/stream-mover.ts';
import { tillServices } from '../../support/till-services.ts';
import { TillWorld } from '../../support/till-world.ts';

const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);

let world: TillWorld;

afterEach(() => world?.[Symbol.asyncDispose]());

/** The server that leads the stream now. */
const leader = async () => {
  await using mover = await StreamMover.connect(world.broker, world.stream.name);
  const name = (await mover.find())?.cluster?.leader ?? '';
  const found = world.servers[Number(name.slice(1))];
  if (!found) throw new Error(`no server ${name}`);
  return found;
};

it('moves a stream with three replicas, though its leader is killed in the middle', {
  timeout: 150_000,
}, async () => {
  world = await TillWorld.open(4, { cluster: true });
  await world.start(world.services.till, world.services.board);
  await world.enter(keys, 3);
  await world.expectAllBooked();
  await world.drained('till');
  await world.drained('board');
  await world.stop();
  await world.enter(keys, 3);

  let killed: Promise<void> | undefined;
  const onStep = (step: Step): void => {
    if (step === 'begun') killed ??= leader().then((server) => server.restart());
  };
  expect((await world.move(7, { onStep })).kind).toBe('moved');
  await killed;

  world.services = tillServices(7);
  await world.start(world.services.till, world.services.board);
  await world.enter(keys, 1);
  await world.expectAllBooked();
  await world.drained('till');
  expect((await world.verify()).wrong).toBe(0);
  await using mover = await StreamMover.connect(world.broker, world.stream.name);
  expect((await mover.find())?.config['num_replicas']).toBe(3);
});
