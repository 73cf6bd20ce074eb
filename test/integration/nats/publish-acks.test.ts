import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import { BusRefused, BusUnavailable } from '../../../src/infra/pipeline/errors.ts';
import { bodyOf } from '../../conformance/bus-under-test.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { openBus, openWorld } from '../../support/world-on-nats.ts';

let server: NatsServer;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

/** Somebody who is no stream listens on a subject and answers each time what comes next, or never. */
const answering = async (subject: string, answers: readonly string[]) => {
  const connection = await connect({ servers: server.url });
  let next = 0;
  connection.subscribe(subject, {
    callback: (_error, message) => {
      if (answers.length > 0) message.respond(answers[next++ % answers.length]);
    },
  });
  await connection.flush();
  return { [Symbol.asyncDispose]: () => connection.close() };
};

const message = (subject: string, n = 1) => ({
  subject,
  headers: {},
  body: JSON.stringify({ key: 'k', n }),
});

describe('the acknowledgement of a publish', () => {
  it('is told to each of thousands in flight, with the sequence under which it lies', async () => {
    await using world = await openWorld(server);
    const { service } = world.stream;

    const published = await Promise.all(
      Array.from({ length: 3_000 }, (_, n) =>
        world.bus.publisher.publishRaw(message(`${service}.ask.k`, n), `id-${n}`),
      ),
    );

    const stored = await world.contents(subjectsOf(world.stream).requests);
    const bySequence = new Map(published.map(({ id, sequence }) => [sequence, id]));
    expect(bySequence.size).toBe(3_000);
    expect(stored.map((one) => bySequence.get(one.sequence))).toEqual(
      stored.map((one) => `id-${bodyOf(one).n}`),
    );
  });

  it('is not what somebody else than a stream answers, whatever that is', async () => {
    await using bus = await openBus(server);
    await using _liar = await answering('lie.>', ['ok', '{}', '{"stream":"LIE"}', '', '{"seq":1}']);

    const lost = bus.publisher.publishRaw(message('lie.ask.k'), 'id', 700);

    await expect(lost).rejects.toThrow(BusUnavailable);
    await expect(lost).rejects.toThrow('publish lie.ask: answered by something else than a stream');
  });

  it('comes once there is a stream, for a publish that began before', async () => {
    await using world = await openWorld(server);
    const { service } = world.stream;
    await using other = await openBus(server);
    const streams = [{ ...world.stream, service: 'later', name: `LATER-${service}` }];

    const publishing = other.publisher.publishRaw(message('later.ask.k'), 'id', 20_000);
    await other.ensure({ streams, consumers: [] });

    expect(await publishing).toMatchObject({ id: 'id', sequence: 1, duplicate: false });
  });

  it('is a refusal at once where nothing may be published, and others go on', async () => {
    await using guarded = await startNatsServer({
      extraConfig: `authorization { users: [{ user: anyone, password: anyone, permissions: { publish: { deny: ["secret.>"] } } }] }
        no_auth_user: anyone`,
    });
    await using world = await openWorld(guarded);
    const { publisher } = world.bus;
    const started = performance.now();

    const refused = publisher.publishRaw(message('secret.ask.k'), 'id', 20_000);
    const published = publisher.publishRaw(message(`${world.stream.service}.ask.k`), 'id');

    await expect(refused).rejects.toThrow(BusRefused);
    expect(await published).toMatchObject({ sequence: 1 });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('is an error for everybody who waits when the connection is closed', async () => {
    const bus = await openBus(server);
    await using _silent = await answering('silent.>', []);
    const waiting = Array.from({ length: 100 }, (_, n) =>
      bus.publisher.publishRaw(message('silent.ask.k', n), `id-${n}`, 20_000),
    );
    const outcomes = Promise.allSettled(waiting);

    await bus[Symbol.asyncDispose]();

    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(BusUnavailable) });
    }
  });
});

describe('a connection that is lost', () => {
  it('costs a publish that was under way no time-out', async () => {
    await using own = await startNatsServer();
    await using world = await openWorld(own);
    const { service } = world.stream;
    await world.bus.publisher.publishRaw(message(`${service}.ask.k`, 1), 'id-1');
    process.kill(own.pid, 'SIGSTOP');
    const publishing = world.bus.publisher.publishRaw(
      message(`${service}.ask.k`, 2),
      'id-2',
      30_000,
    );
    await own.kill('SIGKILL');
    await soon(() => expect(world.bus.isConnected()).toBe(false));
    await own.start();
    await soon(() => expect(world.bus.isConnected()).toBe(true));
    const reconnected = performance.now();

    expect(await publishing).toMatchObject({ id: 'id-2', sequence: 2 });
    expect(performance.now() - reconnected).toBeLessThan(1_000);
  });
});
