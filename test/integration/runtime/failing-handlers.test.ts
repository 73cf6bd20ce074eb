import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import type { InboundMessage } from '../../../src/infra/pipeline/delivery.ts';
import { PermanentError, RetryLater } from '../../../src/infra/pipeline/errors.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import {
  contentsOf,
  publish,
  type ServiceUnderTest,
  startOnServer,
  textOf,
} from '../../support/running-service.ts';
import { ShakyDo, ShakyDone, shaky, shakyService } from '../../support/shaky-service.ts';
import { soon } from '../../support/soon.ts';

const environment = { ACK_WAIT_MS: 1000, HANDLER_TIMEOUT_MS: 4000, CONCURRENCY: 8, PREFETCH: 32 };
const { stream } = shakyService;

let server: NatsServer;
let service: ServiceUnderTest;

beforeAll(async () => {
  server = await startNatsServer();
  service = await startOnServer(shakyService, server, { environment });
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await server?.stop();
});

const ask = (key: string, n = 1) => publish(service.bus, ShakyDo({ key, n }), `${key}-${n}`);

const ofKey = (key: string) => (message: InboundMessage) =>
  textOf(message).startsWith(`{"key":"${key}",`);

const factsOf = async (key: string): Promise<InboundMessage[]> =>
  (await contentsOf(service.bus, stream, subjectsOf(stream).facts)).filter(ofKey(key));

const deadOf = async (key: string): Promise<InboundMessage[]> =>
  (await contentsOf(service.bus, stream, subjectsOf(stream).deadLetters)).filter(ofKey(key));

const isHandled = (key: string, times = 1) =>
  soon(async () => expect(await factsOf(key)).toHaveLength(times));

const isDead = (key: string): Promise<InboundMessage | undefined> =>
  soon(async () => {
    const letters = await deadOf(key);
    expect(letters).toHaveLength(1);
    return letters[0];
  });

describe('a handler that fails', () => {
  it('is tried again with growing pauses, then its event is set aside', async () => {
    shaky.behaviours.set('fails', (_context, { n }) => {
      if (n === 1) throw new Error('no luck');
      return undefined;
    });

    await ask('fails', 1);
    await ask('fails', 2);
    const letter = await isDead('fails');

    const tries = shaky.triesOf('fails').filter(({ n }) => n === 1);
    expect(tries.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(tries[1]!.at - tries[0]!.at).toBeGreaterThanOrEqual(19);
    expect(tries[2]!.at - tries[1]!.at).toBeGreaterThanOrEqual(39);
    expect(letter?.header('millrace-dead-reason')).toBe('exhausted');
    expect(letter?.header('millrace-dead-attempts')).toBe('3');
    expect(letter?.header('millrace-dead-error')).toBe('Error: no luck');
    expect(letter?.header('ce-id')).toBe('fails-1');
    // The key goes on behind it.
    await isHandled('fails', 1);
  });

  it('holds up no other key meanwhile, however many fail', async () => {
    const failing = Array.from({ length: 20 }, (_, n) => `stuck-${n}`);
    for (const key of failing) {
      shaky.behaviours.set(key, () => {
        throw new RetryLater(60_000, 'for ever');
      });
    }
    await Promise.all(failing.map((key) => ask(key)));
    await soon(() => {
      for (const key of failing) expect(shaky.triesOf(key)).toHaveLength(1);
    });

    // More of them wait than events are handled at a time.
    await ask('free');

    await isHandled('free');
  });

  it('is done as soon as it has success', async () => {
    shaky.behaviours.set('third', ({ attempt }) => {
      if (attempt < 3) throw new Error('not yet');
      return undefined;
    });

    await ask('third');
    await isHandled('third');

    expect(shaky.triesOf('third')).toHaveLength(3);
    expect(await deadOf('third')).toHaveLength(0);
  });

  it('for good is not tried again', async () => {
    shaky.behaviours.set('permanent', () => {
      throw new PermanentError('never');
    });

    await ask('permanent');
    const letter = await isDead('permanent');

    expect(shaky.triesOf('permanent')).toHaveLength(1);
    expect(letter?.header('millrace-dead-reason')).toBe('permanent');
    expect(letter?.header('millrace-dead-attempts')).toBe('1');
  });

  it('uses up no attempt by waiting', async () => {
    let waits = 0;
    shaky.behaviours.set('waits', () => {
      if (++waits <= 6) throw new RetryLater(10, 'not yet');
      return undefined;
    });

    await ask('waits');
    await isHandled('waits');

    expect(shaky.triesOf('waits').map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  it('that decides what no contract allows is not tried again', async () => {
    shaky.behaviours.set('invalid', (_context, asked) => ({
      events: [ShakyDone({ ...asked, n: 0.5 })],
    }));

    await ask('invalid');
    const letter = await isDead('invalid');

    expect(shaky.triesOf('invalid')).toHaveLength(1);
    expect(letter?.header('millrace-dead-error')).toMatch(/InvalidDecision: .*shaky\.done.*\bn: /);
  });

  it('that decides more than a message holds is not tried again, and spoils no other', async () => {
    shaky.behaviours.set('huge', (_context, asked) => ({
      events: [ShakyDone({ ...asked, text: 'x'.repeat(600_000) })],
    }));
    const others = Array.from({ length: 20 }, (_, n) => `beside-${n}`);

    await Promise.all([...others, 'huge'].map((key) => ask(key)));
    const letter = await isDead('huge');

    expect(shaky.triesOf('huge')).toHaveLength(1);
    expect(letter?.header('millrace-dead-reason')).toBe('permanent');
    for (const key of others) await isHandled(key);
  });
});

describe('a handler that is slow', () => {
  it('keeps its lease, and so do the events behind it', async () => {
    shaky.behaviours.set('slow', async (_context, { n }) => {
      if (n === 1) await sleep(2600);
      return undefined;
    });

    await ask('slow', 1);
    await ask('slow', 2);
    await isHandled('slow', 2);

    expect(shaky.triesOf('slow').map(({ n, attempt }) => [n, attempt])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it('is cut off at its time limit, told so, and tried again; what it says late is ignored', async () => {
    let sawAbort = false;
    shaky.behaviours.set('endless', async ({ attempt, signal }, asked) => {
      if (attempt > 1) return undefined;
      signal.addEventListener('abort', () => {
        sawAbort = true;
      });
      await sleep(4300);
      return { state: { done: 99 }, events: [ShakyDone({ ...asked, n: 99 })] };
    });

    await ask('endless');
    await isHandled('endless');
    await sleep(500);

    expect(sawAbort).toBe(true);
    expect(shaky.triesOf('endless').map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect((await factsOf('endless')).map(textOf)).toEqual(['{"key":"endless","n":1}']);
    const retries = service.log.filter(({ msg, eventId }) => {
      return msg === 'retry' && eventId === 'endless-1';
    });
    expect(retries).toMatchObject([{ errorName: 'HandlerTimeout', attempt: 1 }]);
  });
});

describe('what was set aside', () => {
  it('stays so when its event is delivered again', async () => {
    const own = await startNatsServer();
    shaky.behaviours.set('again', () => {
      throw new PermanentError('never');
    });
    const first = await startOnServer(shakyService, own, { environment });
    const letters = async (bus: ServiceUnderTest['bus']) =>
      contentsOf(bus, stream, subjectsOf(stream).deadLetters);
    await publish(first.bus, ShakyDo({ key: 'again', n: 1 }), 'again-1');
    await soon(async () => expect(await letters(first.bus)).toHaveLength(1));
    await first[Symbol.asyncDispose]();
    const before = shaky.triesOf('again').length;

    // A producer that repeats itself after the broker has forgotten the id.
    await using second = await startOnServer(shakyService, own, { environment });
    const event = ShakyDo({ key: 'again', n: 1 });
    const { subject, headers, body } = {
      subject: 'shaky.do.again',
      headers: { 'ce-id': 'again-1' },
      body: JSON.stringify(event.data),
    };
    await second.bus.publisher.publishRaw({ subject, headers, body }, 'another message id');
    await soon(async () => {
      const { body: text } = await second.metrics.expose();
      expect(text).toMatch(/settled_total\{[^}]*outcome="duplicate"\} 1/);
    });

    expect(await letters(second.bus)).toHaveLength(1);
    expect(shaky.triesOf('again')).toHaveLength(before);
    await second[Symbol.asyncDispose]();
    await own.stop();
  });
});
