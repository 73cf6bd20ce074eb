import { expect, it } from 'vitest';
import { looseService } from '../../support/loose-service.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import { startObserverOn } from '../../support/observer-under-test.ts';
import { publish, startOnServer } from '../../support/running-service.ts';
import { ShakyDo, shaky } from '../../support/shaky-service.ts';
import { soon } from '../../support/soon.ts';

it('what waits in the retry stream for its time is no work for anybody until then', async () => {
  await using server = await startNatsServer();
  let pauseMs = 60_000;
  const retry = { maxAttempts: 9, delayMs: () => pauseMs };
  await using worker = await startOnServer({ ...looseService, retry }, server);
  await using observer = await startObserverOn([server.url], [looseService.stream]);
  const broken = new Set(['a', 'b', 'c']);
  for (const key of broken) {
    shaky.behaviours.set(key, () => {
      if (broken.has(key)) throw new Error('not yet');
      return undefined;
    });
    await publish(worker.bus, ShakyDo({ key, n: 1 }), `${key}-1`);
  }

  await soon(async () => {
    expect(await observer.values('millrace_retries_scheduled_events')).toEqual([3]);
    expect(await observer.lag('shaky')).toMatchObject({
      status: 200,
      body: { waitingEvents: 0, oldestWaitingSeconds: 0, scheduledRetries: 3 },
    });
  });
  // One consumer that all replicas share, on each of the two streams: nobody has it alone.
  expect(await observer.values('millrace_consumer_pending_events')).toEqual([0, 0]);
  expect(await observer.values('millrace_consumer_pinned')).toEqual([]);
  const limits = await observer.values('millrace_consumer_unacknowledged_limit_events');
  expect(limits).toEqual([20_000, 20_000]);

  // Due while nobody is there to try: now it is work.
  pauseMs = 3_000;
  shaky.behaviours.set('d', () => {
    throw new Error('not yet');
  });
  await publish(worker.bus, ShakyDo({ key: 'd', n: 1 }), 'd-1');
  await soon(async () =>
    expect(await observer.values('millrace_retries_scheduled_events')).toEqual([4]),
  );
  await worker.running.stop();
  await soon(async () =>
    expect(await observer.lag('shaky')).toMatchObject({
      body: { waitingEvents: 1, scheduledRetries: 3, pendingEvents: 1 },
    }),
  );
  await soon(async () =>
    expect((await observer.lag('shaky')).body['oldestWaitingSeconds']).toBeGreaterThan(0.2),
  );
});
