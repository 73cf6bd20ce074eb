import { expect, it } from 'vitest';
import { startNatsServer } from '../../support/nats-server.ts';
import {
  ask,
  lettersOf,
  newRuler,
  parkingService,
  recordOf,
} from '../../support/parking-service.ts';
import { type ServiceUnderTest, startOnServer } from '../../support/running-service.ts';
import { shaky } from '../../support/shaky-service.ts';
import { soon } from '../../support/soon.ts';

/** How many keys each of the replicas says are parked; nothing where one does not say. */
const parkedAt = (...replicas: readonly ServiceUnderTest[]): Promise<(number | undefined)[]> =>
  Promise.all(
    replicas.map(async ({ metrics }) => {
      const { body } = await metrics.expose();
      const [, value] = /^millrace_parked_keys\{.*\} (\d+)$/m.exec(body) ?? [];
      return value === undefined ? undefined : Number(value);
    }),
  );

const inAll = (...replicas: readonly ServiceUnderTest[]) => ({
  toBe: (count: number) =>
    soon(async () => {
      const counts = await parkedAt(...replicas);
      expect(counts).not.toContain(undefined);
      expect(counts.reduce<number>((sum, each) => sum + (each ?? 0), 0)).toBe(count);
    }, 20_000),
});

it('counts each parked key once over all replicas, also those of before a restart, until it is free', async () => {
  await using server = await startNatsServer();
  const first = await startOnServer(parkingService, server);
  const keys = Array.from({ length: 8 }, (_, n) => `parked-${n}`);
  const broken = new Set(keys);
  for (const key of keys) {
    shaky.behaviours.set(key, () => {
      if (broken.has(key)) throw new Error('no luck');
      return undefined;
    });
  }
  await Promise.all([...keys, 'fine'].map((key) => ask(first.bus, key, [1, 2])));
  await inAll(first).toBe(8);

  await using second = await startOnServer(parkingService, server);
  await soon(
    async () => expect(Math.min(...(await counts(first, second)))).toBeGreaterThan(0),
    20_000,
  );
  await inAll(first, second).toBe(8);

  await first[Symbol.asyncDispose]();
  await inAll(first, second).toBe(8);
  expect(await parkedAt(first)).toEqual([0]);

  broken.clear();
  for (const key of keys.slice(0, 2)) {
    const [letter] = await lettersOf(second.bus, key);
    if (letter) await newRuler(second.bus).rule('redriven', letter);
    await soon(async () => expect(await recordOf(second.bus, key)).not.toHaveProperty('parked'));
  }
  await inAll(second).toBe(6);

  await second.running.stop();
  await using third = await startOnServer(parkingService, server);
  await inAll(third).toBe(6);
}, 90_000);

const counts = async (...replicas: readonly ServiceUnderTest[]) =>
  (await parkedAt(...replicas)).map((count) => count ?? 0);

it('keeps the dead letter of a key that nothing waits behind yet, however old, until it is free', async () => {
  await using server = await startNatsServer();
  const forgetful = {
    ...parkingService,
    retention: { ...parkingService.retention, deadLettersMs: 100 },
  };
  const environment = { TRIM_EVERY_MS: 300 };
  await using worker = await startOnServer(forgetful, server, { environment });
  const broken = new Set(['alone']);
  shaky.behaviours.set('alone', () => {
    if (broken.has('alone')) throw new Error('no luck');
    return undefined;
  });
  await ask(worker.bus, 'alone', [1]);
  await soon(() =>
    expect(worker.log).toContainEqual(
      expect.objectContaining({ msg: 'old messages are held', by: 'a parked key' }),
    ),
  );

  const [letter] = await lettersOf(worker.bus, 'alone');
  broken.clear();
  if (letter) await newRuler(worker.bus).rule('redriven', letter);

  await soon(async () => expect(await recordOf(worker.bus, 'alone')).not.toHaveProperty('parked'));
  await soon(async () => expect(await lettersOf(worker.bus, 'alone')).toEqual([]));
  expect(await recordOf(worker.bus, 'alone')).toMatchObject({ state: { done: 1 } });
}, 60_000);
