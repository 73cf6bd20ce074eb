import { randomUUID } from 'node:crypto';
import { AckPolicy, connect } from 'nats';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '../../../src/contracts/define-event.ts';
import { defineStream, placeOf, subjectsOf } from '../../../src/contracts/streams.ts';
import { token } from '../../../src/infra/di/token.ts';
import { defineService, type KeyStates } from '../../../src/infra/pipeline/define-service.ts';
import { type Decision, type HandlingContext, on } from '../../../src/infra/pipeline/handler.ts';
import type { Retention } from '../../../src/infra/pipeline/retention.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import { contentsOf, publish, startOnServer, textOf } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';

/** A service of a test's own that adds up numbers. */
const adder = (retention: Partial<Retention>) => {
  const stream = defineStream(`adder-${randomUUID().slice(0, 6)}`, 4);
  const data = z.object({ key: z.string(), n: z.int() });
  const common = { version: 1, stream, data, key: ({ key }: z.infer<typeof data>) => key };
  const Add = defineEvent({ type: `${stream.service}.add`, kind: 'request', ...common });
  const Added = defineEvent({ type: `${stream.service}.added`, kind: 'fact', ...common });
  class Adding {
    handle({ key, n }: z.infer<typeof data>, { state }: HandlingContext<number>): Decision<number> {
      return { state: state + n, events: [Added({ key, n: state + n })] };
    }
  }
  const service = defineService({
    stream,
    state: { schema: z.int(), initial: 0, provides: token<KeyStates<number>>('Sums') },
    routes: [on(Add, Adding)],
    retention,
  });
  return { stream, service, Add };
};

it('keeps the stream of a service small, and its states for good: one of its replicas does', async () => {
  await using server = await startNatsServer();
  const { stream, service, Add } = adder({ requestsMs: 300, factsMs: 300 });
  const environment = { TRIM_EVERY_MS: 600 };
  await using worker = await startOnServer(service, server, { environment });
  await using other = await startOnServer(service, server, { environment });
  const { requests, facts, states } = subjectsOf(stream);

  for (let n = 1; n <= 20; n++) await publish(worker.bus, Add({ key: `k${n % 5}`, n }), `add-${n}`);

  await soon(async () => {
    expect(await contentsOf(worker.bus, stream, requests)).toHaveLength(0);
    expect(await contentsOf(worker.bus, stream, facts)).toHaveLength(0);
  });
  const sums = (await contentsOf(worker.bus, stream, states)).map((each) =>
    JSON.parse(textOf(each)),
  );
  expect(sums.reduce((sum, { state }) => sum + state, 0)).toBe(210);
  const trimmed = await Promise.all(
    [worker, other].map(async ({ metrics }) => {
      const { body } = await metrics.expose();
      const values = body.matchAll(/^millrace_trimmed_messages_total\{.*\} (\d+)$/gm);
      return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
    }),
  );
  expect(trimmed.sort((one, two) => one - two)).toEqual([0, 40]);

  // Its states still know what they contain.
  await publish(worker.bus, Add({ key: 'k1', n: 1000 }), 'add-21');
  await soon(async () => {
    const state = await worker.bus.states(stream).read(placeOf(stream, 'k1'));
    expect(JSON.parse(state?.record ?? '{}').tally.count).toBe(5);
  });
});

it('trims nothing of what a service keeps', async () => {
  await using server = await startNatsServer();
  const { stream, service, Add } = adder({
    requestsMs: 'keep',
    factsMs: 100,
    deadLettersMs: 'keep',
  });
  await using worker = await startOnServer(service, server, {
    environment: { TRIM_EVERY_MS: 100 },
  });
  const { requests, facts } = subjectsOf(stream);

  await publish(worker.bus, Add({ key: 'k', n: 1 }), 'add');

  await soon(async () =>
    expect(worker.log.some(({ msg, kind }) => msg === 'trimmed' && kind === 'facts')).toBe(true),
  );
  expect(await contentsOf(worker.bus, stream, facts)).toHaveLength(0);
  expect(await contentsOf(worker.bus, stream, requests)).toHaveLength(1);
});

it('refuses a time that cannot be, at once', () => {
  expect(() => adder({ requestsMs: 0 })).toThrow(
    /retention.requestsMs is a number of milliseconds/,
  );
  expect(() => adder({ factsMs: Number.NaN })).toThrow(/retention.factsMs/);
  expect(() => adder({ requestsMs: 5000, deadLettersMs: 4000 })).toThrow(/dead letters are kept/);
});

it('says which consumer keeps old messages, and for how long, until it is gone', async () => {
  await using server = await startNatsServer();
  const { stream, service, Add } = adder({ requestsMs: 100, factsMs: 100 });
  const environment = { TRIM_EVERY_MS: 300 };
  await using worker = await startOnServer(service, server, { environment });
  await using other = await startOnServer(service, server, { environment });
  const { facts } = subjectsOf(stream);
  const connection = await connect({ servers: server.url });
  const { consumers } = await connection.jetstreamManager();
  await consumers.add(stream.name, {
    durable_name: 'forgotten-3',
    filter_subject: facts,
    ack_policy: AckPolicy.Explicit,
    metadata: { 'millrace.service': 'forgotten' },
  });
  const held = async () => {
    const bodies = await Promise.all(
      [worker, other].map(async ({ metrics }) => (await metrics.expose()).body),
    );
    return [...bodies.join('\n').matchAll(/^millrace_held_back_seconds\{(.*)\} (.+)$/gm)];
  };

  await publish(worker.bus, Add({ key: 'k', n: 1 }), 'add');

  await soon(async () => {
    const [[, labels, seconds] = [], ...more] = await held();
    expect(labels).toBe(`service="${service.name}",kind="facts",holder="forgotten"`);
    expect(Number(seconds)).toBeGreaterThan(0.5);
    expect(more).toEqual([]);
  });
  expect([...worker.log, ...other.log]).toContainEqual(
    expect.objectContaining({ msg: 'old messages are held', by: 'forgotten-3' }),
  );

  await consumers.delete(stream.name, 'forgotten-3');
  await soon(async () => {
    expect(await held()).toEqual([]);
    expect(await contentsOf(worker.bus, stream, facts)).toHaveLength(0);
  });
  await connection.close();
});
