import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { openBus } from '../../support/world-on-nats.ts';

it('gives a lease to one of many at once, and each its own', async () => {
  await using server = await startNatsServer();
  const buses = await Promise.all(Array.from({ length: 5 }, () => openBus(server)));

  const first = await Promise.all(buses.map(({ upkeep }) => upkeep.hold('one', 60_000)));
  const again = await Promise.all(buses.map(({ upkeep }) => upkeep.hold('one', 60_000)));
  const other = await Promise.all(buses.map(({ upkeep }) => upkeep.hold('other', 60_000)));

  expect(first.filter((holds) => holds)).toHaveLength(1);
  expect(again).toEqual(first);
  expect(other.filter((holds) => holds)).toHaveLength(1);
  await Promise.all(buses.map((bus) => bus[Symbol.asyncDispose]()));
});

it('gives it to another one when the holder does not ask again, and not while it does', async () => {
  await using server = await startNatsServer();
  await using holder = await openBus(server);
  await using heir = await openBus(server);

  expect(await holder.upkeep.hold('one', 1000)).toBe(true);
  for (let n = 0; n < 6; n++) {
    await sleep(300);
    expect(await holder.upkeep.hold('one', 1000)).toBe(true);
    expect(await heir.upkeep.hold('one', 1000)).toBe(false);
  }

  await soon(async () => expect(await heir.upkeep.hold('one', 60_000)).toBe(true));
  expect(await holder.upkeep.hold('one', 60_000)).toBe(false);
});

it('comes through a restart of the server', async () => {
  await using server = await startNatsServer();
  await using bus = await openBus(server);
  await using other = await openBus(server);
  await bus.upkeep.hold('one', 60_000);

  await server.restart();

  await soon(async () => expect(await bus.upkeep.hold('one', 60_000)).toBe(true));
  await soon(async () => expect(await other.upkeep.hold('one', 60_000)).toBe(false));
});
