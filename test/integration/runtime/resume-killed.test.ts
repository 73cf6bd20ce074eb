import { expect, it } from 'vitest';
import type { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import { ask, factsOf, lettersOf, newRuler, recordOf } from '../../support/parking-service.ts';
import { soon } from '../../support/soon.ts';
import { frailWorker } from '../../support/worker-process.ts';
import { openBus } from '../../support/world-on-nats.ts';

const last = 400;
const upTo = (end: number, from = 1) => Array.from({ length: end - from + 1 }, (_, n) => from + n);

const handledAtLeast = (bus: NatsBus, count: number) =>
  soon(async () => expect((await factsOf(bus, 'a')).length).toBeGreaterThanOrEqual(count), 30_000);

it('is resumed in order and once, however often its worker is killed in the middle', async () => {
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
    await ask(bus, 'a', upTo(last));
    await soon(async () =>
      expect((await recordOf(bus, 'a')).parked).toMatchObject({ waiting: last - 2 }),
    );
  }

  const [letter] = await lettersOf(bus, 'a');
  if (letter) await newRuler(bus).rule('redriven', letter);
  // What comes now has to wait until all of them are done.
  await ask(bus, 'a', upTo(last + 5, last + 1));

  for (const handled of [20, 120, 250]) {
    await using worker = frailWorker(environment);
    await handledAtLeast(bus, handled);
    worker.signal('SIGKILL');
  }
  expect((await recordOf(bus, 'a')).parked).toMatchObject({ resumed: true });

  await using _worker = frailWorker(environment);
  await handledAtLeast(bus, last + 5);
  expect(await factsOf(bus, 'a')).toEqual(upTo(last + 5));
  expect(await recordOf(bus, 'a')).not.toHaveProperty('parked');
  expect((await recordOf(bus, 'a')).state).toEqual({ done: last + 5 });
}, 120_000);
