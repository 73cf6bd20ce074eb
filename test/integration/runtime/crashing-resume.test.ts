import { expect, it } from 'vitest';
import { mostMarks, suspectFrom } from '../../../src/infra/pipeline/suspects.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import { ask, factsOf, lettersOf, newRuler, recordOf } from '../../support/parking-service.ts';
import { soon } from '../../support/soon.ts';
import { frailWorker } from '../../support/worker-process.ts';
import { openBus } from '../../support/world-on-nats.ts';

it('ends its worker while its parked key is resumed: it is set aside, and the key waits behind it', async () => {
  await using server = await startNatsServer();
  const environment = {
    NATS_URL: server.url,
    ACK_WAIT_MS: '1000',
    HANDLER_TIMEOUT_MS: '500',
    ON_EXHAUSTED: 'park',
  };
  await using bus = await openBus(server);
  {
    await using parking = frailWorker({ ...environment, BREAK: '2' });
    await soon(() => parking.healthUrl);
    await ask(bus, 'a', [1, 2, 3, 4, 5]);
    await soon(async () => expect((await recordOf(bus, 'a')).parked).toMatchObject({ waiting: 3 }));
  }
  const rule = async (action: 'redriven' | 'discarded', index: number) => {
    const letter = (await lettersOf(bus, 'a'))[index];
    if (letter) await newRuler(bus).rule(action, letter);
  };
  await rule('redriven', 0);

  let deaths = 0;
  for (let isAlive = false; !isAlive; ) {
    await using worker = frailWorker({ ...environment, KILL: '4' });
    isAlive = await Promise.race([
      worker.ends().then(() => false),
      soon(async () => expect(await lettersOf(bus, 'a')).toHaveLength(2), 30_000).then(() => true),
    ]);
    if (!isAlive) expect(++deaths).toBeLessThanOrEqual(suspectFrom - 1 + mostMarks);
  }
  const crashed = (await lettersOf(bus, 'a'))[1];
  expect(crashed?.header('millrace-dead-reason')).toBe('crashed');
  expect(crashed?.header('millrace-dead-id')).toBe('a-4');
  expect(await factsOf(bus, 'a')).toEqual([1, 2, 3]);
  expect((await recordOf(bus, 'a')).parked).toMatchObject({ letter: 'a-4', waiting: 1 });

  await using _mended = frailWorker(environment);
  await rule('discarded', 1);
  await soon(async () => expect(await factsOf(bus, 'a')).toEqual([1, 2, 3, 5]));
}, 120_000);
