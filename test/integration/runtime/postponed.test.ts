import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type StreamAPI } from 'nats';
import { describe, expect, it } from 'vitest';
import { readStream } from '../../../src/cli/verify/reading.ts';
import { verifyStream } from '../../../src/cli/verify/verify-stream.ts';
import { retryStreamOf, subjectsOf } from '../../../src/contracts/streams.ts';
import type { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import type { InboundMessage } from '../../../src/infra/pipeline/delivery.ts';
import { RetryLater } from '../../../src/infra/pipeline/errors.ts';
import { looseService } from '../../support/loose-service.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { contentsOf, publish, startOnServer, textOf } from '../../support/running-service.ts';
import { ShakyDo, shaky, shakyService } from '../../support/shaky-service.ts';
import { soon } from '../../support/soon.ts';
import { looseWorker } from '../../support/worker-process.ts';
import { openBus } from '../../support/world-on-nats.ts';

const { stream } = shakyService;
const retries = retryStreamOf(stream);

/** Numbers of events: those that fail twice, those that fail always, and those that never do. */
const twice = Array.from({ length: 10 }, (_, index) => 100 + index);
const always = Array.from({ length: 10 }, (_, index) => 200 + index);
const never = Array.from({ length: 30 }, (_, index) => 300 + index);
const fail = [...twice.map((n) => `${n}:2`), ...always.map((n) => `${n}:99`)].join(',');

const environmentOf = (server: NatsServer, pauseMs: number) => ({
  NATS_URL: server.url,
  FAIL: fail,
  PAUSE_MS: String(pauseMs),
  // One event at a time: whoever holds a place holds the only one.
  CONCURRENCY: '1',
  PREFETCH: '1',
  ACK_WAIT_MS: '2000',
});

const ask = async (bus: NatsBus, numbers: readonly number[]): Promise<void> => {
  await Promise.all(
    // Few keys, so that each has events of every kind.
    numbers.map((n) => publish(bus, ShakyDo({ key: `k${n % 3}`, n }), `event-${n}`)),
  );
};

const onStreams = async (
  server: NatsServer,
  run: (streams: StreamAPI) => Promise<unknown>,
): Promise<void> => {
  const raw = await connect({ servers: server.url });
  await run((await raw.jetstreamManager()).streams);
  await raw.close();
};

const nothing = { pending: 0, unacknowledged: 0 };

interface Done {
  readonly n: number;
  readonly text: string;
}

const done = async (bus: NatsBus): Promise<Done[]> =>
  (await contentsOf(bus, stream, subjectsOf(stream).facts)).map((fact) => JSON.parse(textOf(fact)));

const letters = (bus: NatsBus): Promise<InboundMessage[]> =>
  contentsOf(bus, stream, subjectsOf(stream).deadLetters);

const numbersIn = (facts: readonly Done[]) => facts.map(({ n }) => n).sort((a, b) => a - b);

/** What `npm run verify` says. */
const verified = (bus: NatsBus) =>
  verifyStream({
    service: looseService,
    upkeep: bus.upkeep,
    read: readStream(bus, stream, new AbortController().signal),
    eventsAtATime: 1_000,
    onEvent: () => {},
  });

/** Everything has ended, each event in one way and once. */
const hasEnded = async (bus: NatsBus, withinMs: number): Promise<void> => {
  await soon(async () => {
    expect(await done(bus)).toHaveLength(twice.length + never.length);
    expect(await letters(bus)).toHaveLength(always.length);
    const [lag] = await bus.lagsOf(retries);
    expect(lag).toMatchObject({ pending: 0, unacknowledged: 0 });
  }, withinMs);
  const facts = await done(bus);
  expect(numbersIn(facts)).toEqual([...twice, ...never]);
  const late = facts.filter(({ n }) => twice.includes(n));
  expect(new Set(late.map(({ text }) => text))).toEqual(new Set(['attempt 3']));
  for (const letter of await letters(bus)) {
    expect(letter.header('millrace-dead-attempts')).toBe('4');
    expect(Number(letter.header('millrace-dead-deliveries'))).toBeGreaterThanOrEqual(4);
    expect(letter.header('millrace-dead-stream')).toBe(stream.name);
  }
  expect((await verified(bus)).findings).toEqual([]);
};

describe('events without order that wait for their next try', () => {
  it('hold no place, and outlive their worker and their server', async () => {
    await using server = await startNatsServer();
    await using bus = await openBus(server);
    const environment = environmentOf(server, 4_000);
    {
      await using first = looseWorker(environment);
      await soon(() => first.healthUrl);
      await ask(bus, [...twice, ...always]);
      await ask(bus, never);
      await soon(async () => expect(numbersIn(await done(bus))).toEqual(never));
      await soon(async () => {
        const [lag] = await bus.lagsOf(retries);
        expect(lag?.pending).toBe(twice.length + always.length);
      });
      const report = await verified(bus);
      expect(report.findings).toEqual([]);
      expect(report.counts).toMatchObject({ waiting: 20, applied: 30 });
      first.signal('SIGKILL');
      await first.ends();
    }
    await server.restart();
    // Due while nobody is there to try them.
    await sleep(4_500);
    await server.restart();

    await using _second = looseWorker(environment);

    await hasEnded(bus, 40_000);
  }, 90_000);

  it('have their effect once, whichever replica tries them and is killed meanwhile', async () => {
    await using server = await startNatsServer();
    await using bus = await openBus(server);
    const environment = environmentOf(server, 1_500);
    await using _steady = looseWorker(environment);
    {
      await using other = looseWorker(environment);
      await soon(() => other.healthUrl);
      await ask(bus, [...twice, ...always, ...never]);
      await soon(async () => expect((await done(bus)).length).toBeGreaterThan(5));
      other.signal('SIGKILL');
      await other.ends();
    }
    await using _third = looseWorker(environment);

    await hasEnded(bus, 40_000);
  }, 90_000);

  it('are missing when their stream has lost them, and verify says so', async () => {
    await using server = await startNatsServer();
    await using service = await startOnServer(looseService, server);
    shaky.behaviours.set('k1', () => {
      throw new RetryLater(60_000, 'not yet');
    });
    await ask(service.bus, [1, 2, 3, 4]);
    await soon(async () =>
      expect((await verified(service.bus)).counts).toMatchObject({ waiting: 2 }),
    );
    await soon(async () =>
      expect(await service.bus.lag({ ...looseService, durable: 'shaky' })).toEqual(nothing),
    );
    await onStreams(server, (streams) => streams.purge(retries.name));

    const report = await verified(service.bus);

    expect(report.findings.map(({ id, verdict }) => [id, verdict]).sort()).toEqual([
      ['event-1', 'missing'],
      ['event-4', 'missing'],
    ]);
  });

  it('wait in their lanes while their stream cannot be reached', async () => {
    await using server = await startNatsServer();
    await using service = await startOnServer(looseService, server);
    await onStreams(server, (streams) => streams.delete(retries.name));
    shaky.behaviours.set('k1', () => {
      shaky.behaviours.delete('k1');
      throw new RetryLater(1_500, 'not yet');
    });

    await ask(service.bus, [1]);

    await soon(async () => expect(numbersIn(await done(service.bus))).toEqual([1]));
    expect(service.log.map(({ msg }) => msg)).toContain('a retry waits in its lane');
  });
});
