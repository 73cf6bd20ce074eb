import { connect } from 'nats';
import { expect, it } from 'vitest';
import { readPrometheusText } from '../../../src/cli/start/prometheus-text.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import { publish, type ServiceUnderTest, startOnServer } from '../../support/running-service.ts';
import { ShakyDo, shaky, shakyService } from '../../support/shaky-service.ts';
import { soon } from '../../support/soon.ts';
import { frailWorker } from '../../support/worker-process.ts';

/** What a worker shows of itself now, by name. */
const shownBy = async ({
  metrics,
}: ServiceUnderTest): Promise<Readonly<Record<string, number>>> => {
  const { body } = await metrics.expose();
  return Object.fromEntries(readPrometheusText(body).map(({ name, value }) => [name, value]));
};

it('shows that it drains, for how long, and what it had to abandon before it is gone', async () => {
  await using server = await startNatsServer();
  const environment = { DRAIN_TIMEOUT_MS: 1_000 };
  const worker = await startOnServer(shakyService, server, { environment });
  let end = () => {};
  const endless = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined);
  });
  shaky.behaviours.set('endless', () => endless);
  await publish(worker.bus, ShakyDo({ key: 'endless', n: 1 }), 'endless-1');
  await soon(() => expect(shaky.triesOf('endless')).toHaveLength(1));
  expect(await shownBy(worker)).toMatchObject({
    millrace_worker_draining: 0,
    millrace_drain_seconds: 0,
    millrace_abandoned_events_total: 0,
  });

  let isStopped = false;
  const stopped = worker.running.stop().then(() => {
    isStopped = true;
  });

  await soon(async () => {
    const shown = await shownBy(worker);
    expect(shown['millrace_worker_draining']).toBe(1);
    expect(shown['millrace_worker_ready']).toBe(0);
    expect(shown['millrace_drain_seconds']).toBeGreaterThan(0.2);
    expect(shown['millrace_events_in_flight']).toBe(1);
  });
  await soon(() =>
    expect(worker.log).toContainEqual(expect.objectContaining({ level: 50, abandoned: 1 })),
  );
  // It stays until somebody has seen it, and no longer.
  expect(isStopped).toBe(false);
  expect((await shownBy(worker))['millrace_abandoned_events_total']).toBe(1);
  await stopped;
  end();
  await worker.bus[Symbol.asyncDispose]();
});

it('shows how many events wait in their lanes for the next try', async () => {
  await using server = await startNatsServer();
  const retry = { maxAttempts: 99, delayMs: () => 60_000 };
  await using worker = await startOnServer({ ...shakyService, retry }, server);
  const keys = ['late-1', 'late-2', 'late-3'];
  for (const key of keys) {
    shaky.behaviours.set(key, () => {
      throw new Error('not yet');
    });
    await publish(worker.bus, ShakyDo({ key, n: 1 }), `${key}-1`);
    // It waits behind the first of its key, and not for a try of its own.
    await publish(worker.bus, ShakyDo({ key, n: 2 }), `${key}-2`);
  }

  await soon(async () => {
    const shown = await shownBy(worker);
    expect(shown['millrace_retries_waiting_events']).toBe(3);
    expect(shown['millrace_events_in_flight']).toBe(6);
  });
});

it('counts requests that the broker ended with an error, by code', async () => {
  await using server = await startNatsServer();
  await using worker = frailWorker({ NATS_URL: server.url });
  const url = await soon(() => worker.healthUrl);
  const connection = await connect({ servers: server.url });
  await (await connection.jetstreamManager()).consumers.delete('SHAKY', 'shaky-1');
  await connection.close();

  await soon(async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const failed = readPrometheusText(text).filter(
      ({ name }) => name === 'millrace_pull_errors_total',
    );
    expect(failed.map(({ labels }) => labels)).toContainEqual({
      service: 'shaky',
      stream: 'SHAKY',
      code: expect.stringMatching(/^(409|503)$/),
    });
    expect(Math.max(...failed.map(({ value }) => value))).toBeGreaterThan(0);
  });
});
