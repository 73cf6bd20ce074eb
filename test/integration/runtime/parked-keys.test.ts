import { expect, it } from 'vitest';
import { startNatsServer } from '../../support/nats-server.ts';
import { type ObserverUnderTest, startObserverOn } from '../../support/observer-under-test.ts';
import {
  ask,
  lettersOf,
  newRuler,
  parkingService,
  recordOf,
} from '../../support/parking-service.ts';
import { startOnServer } from '../../support/running-service.ts';
import { shaky } from '../../support/shaky-service.ts';
import { soon } from '../../support/soon.ts';

/** Resolves when every observer says that so many keys are parked, and so many letters held. */
const allSay = (observers: readonly ObserverUnderTest[], parked: number, held: number) =>
  soon(async () => {
    for (const observer of observers) {
      expect(await observer.values('millrace_parked_keys')).toEqual([parked]);
      expect(await observer.values('millrace_dead_letters_held')).toEqual([held]);
    }
  }, 20_000);

it('counts parked keys and dead letters that nobody has ruled on, the same at every observer', async () => {
  await using server = await startNatsServer();
  const { stream } = parkingService;
  await using worker = await startOnServer(parkingService, server);
  await using early = await startObserverOn([server.url], [stream]);
  const keys = Array.from({ length: 8 }, (_, n) => `parked-${n}`);
  const broken = new Set(keys);
  for (const key of keys) {
    shaky.behaviours.set(key, () => {
      if (broken.has(key)) throw new Error('no luck');
      return undefined;
    });
  }
  await allSay([early], 0, 0);
  await Promise.all([...keys, 'fine'].map((key) => ask(worker.bus, key, [1, 2])));
  await allSay([early], 8, 8);
  expect((await early.values('millrace_dead_letter_oldest_seconds'))[0]).toBeGreaterThan(0);

  // One that begins now has to read what was before.
  await using late = await startObserverOn([server.url], [stream]);
  await allSay([early, late], 8, 8);

  for (const key of keys.slice(0, 2)) {
    const [letter] = await lettersOf(worker.bus, key);
    broken.delete(key);
    if (letter) await newRuler(worker.bus).rule('redriven', letter);
    await soon(async () => expect(await recordOf(worker.bus, key)).not.toHaveProperty('parked'));
  }
  await allSay([early, late], 6, 6);

  // Ruled upon, and its key still waits, because nobody is there to follow the ruling.
  await worker.running.stop();
  const [letter] = await lettersOf(worker.bus, 'parked-2');
  if (letter) await newRuler(worker.bus).rule('redriven', letter);
  await allSay([early, late], 6, 5);
}, 90_000);

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
