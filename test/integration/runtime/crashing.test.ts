import { expect, it } from 'vitest';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import type { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { mostMarks, suspectFrom } from '../../../src/infra/pipeline/suspects.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import { ask, factsOf, parkingService } from '../../support/parking-service.ts';
import { contentsOf } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';
import { frailWorker } from '../../support/worker-process.ts';
import { openBus } from '../../support/world-on-nats.ts';

const keys = Array.from({ length: 60 }, (_, n) => `k${n}`);
const deadly = 666;

const letters = (bus: NatsBus) =>
  contentsOf(bus, parkingService.stream, subjectsOf(parkingService.stream).deadLetters);

it('is found among its neighbours and set aside, and none of them with it', async () => {
  await using server = await startNatsServer();
  const environment = {
    NATS_URL: server.url,
    ACK_WAIT_MS: '1000',
    HANDLER_TIMEOUT_MS: '500',
    KILL: String(deadly),
  };
  await using bus = await openBus(server);
  {
    // Lets the stream be made, and ends before there is anything to do.
    await using first = frailWorker(environment);
    await soon(() => first.healthUrl);
    first.signal('SIGTERM');
    await first.ends();
  }
  for (const [index, key] of keys.entries()) {
    await ask(bus, key, index === 30 ? [1, deadly, 2] : [1, 2, 3]);
  }

  let deaths = 0;
  for (let isAlive = false; !isAlive; ) {
    await using worker = frailWorker(environment);
    isAlive = await Promise.race([
      worker.ends().then(() => false),
      soon(async () => expect(await letters(bus)).toHaveLength(1), 30_000).then(() => true),
    ]);
    if (!isAlive) expect(++deaths).toBeLessThanOrEqual(suspectFrom - 1 + mostMarks);
    else {
      await soon(async () => {
        for (const [index, key] of keys.entries()) {
          expect(await factsOf(bus, key)).toHaveLength(index === 30 ? 2 : 3);
        }
      }, 20_000);
    }
  }

  expect(deaths).toBeGreaterThanOrEqual(mostMarks);
  const [letter, ...others] = await letters(bus);
  expect(others).toEqual([]);
  expect(letter?.header('millrace-dead-id')).toBe(`k30-${deadly}`);
  expect(letter?.header('millrace-dead-reason')).toBe('crashed');
  expect(Number(letter?.header('millrace-dead-deliveries'))).toBeGreaterThanOrEqual(suspectFrom);
}, 120_000);
