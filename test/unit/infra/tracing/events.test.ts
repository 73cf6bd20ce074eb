import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base';
import { beforeEach, expect, it } from 'vitest';
import { subjectsOf } from '../../../../src/contracts/streams.ts';
import type { AnyService } from '../../../../src/infra/pipeline/define-service.ts';
import { PermanentError } from '../../../../src/infra/pipeline/errors.ts';
import { LooseWorld, looseService, notesService } from '../../../support/loose-service.ts';
import { lettersOf, newRuler, parkingService } from '../../../support/parking-service.ts';
import { RecordedSpans } from '../../../support/recorded-spans.ts';
import { contentsOf } from '../../../support/running-service.ts';
import { ShakyDo, shaky, shakyService } from '../../../support/shaky-service.ts';

beforeEach(() => shaky.behaviours.clear());

const open = async (...services: AnyService[]) => {
  const spans = new RecordedSpans();
  const world = new LooseWorld();
  for (const service of services) await world.start(service, spans.of(service.name));
  const publisher = spans.of('gateway').publisher(world.bus.publisher);
  const ask = async (key: string, n = 1, id = `${key}-${n}`) => {
    const time = new Date(0).toISOString();
    const envelope = { id, type: 'shaky.do', source: '/test', time, correlationId: id };
    await publisher.publish(ShakyDo({ key, n }), envelope);
  };
  const spansOf = (name: string, count: number) =>
    world.eventually(() => {
      const found = spans.named(name);
      expect(found).toHaveLength(count);
      return found;
    });
  return { world, spans, ask, spansOf, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
};

const failing = (key: string, error: () => Error, times = 1) => {
  let left = times;
  shaky.behaviours.set(key, () => {
    if (left-- > 0) throw error();
    return undefined;
  });
};

it('shows an event from its publish to what follows from it in another service', async () => {
  await using opened = await open(shakyService, notesService);

  await opened.ask('a');
  await opened.spansOf('create notes.written', 1);
  await opened.spansOf('commit NOTES', 2);

  expect(opened.spans.tree()).toEqual([
    'gateway: send shaky.do',
    '  shaky: process shaky.do',
    '    shaky: commit SHAKY',
    '    shaky: create shaky.done',
    '      notes: process shaky.done',
    '        notes: commit NOTES',
    '        notes: create notes.write',
    '          notes: process notes.write',
    '            notes: commit NOTES',
    '            notes: create notes.written',
    '            notes: handle notes.write',
    '          notes: wait notes.write',
    '        notes: handle shaky.done',
    '      notes: wait shaky.done',
    '    shaky: handle shaky.do',
    '  shaky: wait shaky.do',
  ]);
  expect(new Set(opened.spans.all.map(({ traceId }) => traceId)).size).toBe(1);
});

it('says in the words of OpenTelemetry what is done, where, and to which event', async () => {
  await using opened = await open(shakyService);

  await opened.ask('a');
  const [tried] = await opened.spansOf('process shaky.do', 1);

  expect(tried).toMatchObject({ kind: 'consumer', isError: false });
  expect(tried?.attributes).toMatchObject({
    'messaging.system': 'nats',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': 'SHAKY',
    'messaging.consumer.group.name': 'shaky',
    'messaging.message.id': 'a-1',
    'cloudevents.event_type': 'shaky.do',
    'millrace.attempt': 1,
    'millrace.outcome': 'done',
  });
  expect(opened.spans.one('send shaky.do')).toMatchObject({
    kind: 'producer',
    attributes: { 'messaging.operation.type': 'send', 'messaging.destination.name': 'SHAKY' },
  });
  expect(opened.spans.one('handle shaky.do').attributes).toEqual({
    'code.function.name': 'DoShakily.handle',
  });
  expect(opened.spans.one('commit SHAKY').attributes['millrace.commit.result']).toBe('committed');
});

it('links a try to the one before it, in the same process', async () => {
  await using opened = await open(shakyService);
  failing('a', () => new Error('no luck'), 2);

  await opened.ask('a');
  const [first, second, third] = await opened.spansOf('process shaky.do', 3);

  expect(first?.links).toEqual([]);
  expect(second?.links).toMatchObject([{ kind: 'retry', spanId: first?.spanId }]);
  expect(third?.links).toMatchObject([{ kind: 'retry', spanId: second?.spanId }]);
  expect([first?.isError, second?.isError, third?.isError]).toEqual([true, true, false]);
  expect(first?.attributes).toMatchObject({ 'error.type': 'Error', 'millrace.outcome': 'retry' });
  expect(opened.spans.named('wait shaky.do')).toHaveLength(1);
});

it('links a try to the one that let the event wait in a stream, whoever that was', async () => {
  const long = { maxAttempts: 5, delayMs: () => 60_000 };
  await using opened = await open({ ...looseService, retry: long });
  failing('a', () => new Error('no luck'));

  await opened.ask('a');
  await opened.spansOf('process shaky.do', 1);
  await opened.world.clock.advance(60_000);
  const [first, second] = await opened.spansOf('process shaky.do', 2);

  expect(first?.attributes['millrace.outcome']).toBe('postponed');
  expect(opened.spans.named('handle shaky.do').map(({ isError }) => isError)).toEqual([
    true,
    false,
  ]);
  expect(second?.links).toMatchObject([{ kind: 'retry', spanId: first?.spanId }]);
});

it('records why an event died, without what its contract calls personal', async () => {
  const routes = shakyService.routes.map((route) => ({
    ...route,
    contract: Object.assign({}, route.contract, { personal: ['key'] }),
  }));
  await using opened = await open({ ...shakyService, routes });
  failing('jane', () => new PermanentError('no credit for jane', { cause: new Error('jane!') }));

  await opened.ask('jane', 1, 'event-1');
  const [dead] = await opened.spansOf('process shaky.do', 1);

  expect(dead).toMatchObject({ isError: true, status: 'no credit for [redacted]' });
  expect(dead?.attributes).toMatchObject({
    'millrace.outcome': 'dead',
    'millrace.reason': 'permanent',
    'error.type': 'PermanentError',
  });
  expect(dead?.events[0]?.attributes).toMatchObject({
    'exception.message': 'no credit for [redacted]',
    'millrace.causes': ['Error: [redacted]!'],
  });
  const text = JSON.stringify(opened.spans.all, (_name, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(text).not.toContain('jane');
});

it.each([
  ['is published again', shakyService, ['dead']],
  ['is handled in its place', parkingService, ['dead', 'order']],
])('links a redriven event to the try in which it died: it %s', async (_how, service, links) => {
  await using opened = await open(service);
  failing('a', () => new PermanentError('not yet'));
  await opened.ask('a');
  const [died] = await opened.spansOf('process shaky.do', 1);
  const [letter] = await lettersOf(opened.world.bus, 'a');

  if (letter) await newRuler(opened.world.bus).rule('redriven', letter);
  const [, again] = await opened.spansOf('process shaky.do', 2);

  expect(again?.links.map(({ kind }) => kind)).toEqual(links);
  expect(again?.links[0]).toMatchObject({ spanId: died?.spanId });
  expect(again?.traceId).toBe(died?.traceId);
});

it('links an event that waited behind a dead letter to the try that let it wait', async () => {
  await using opened = await open(parkingService);
  failing('a', () => new PermanentError('not yet'));
  await opened.ask('a', 1);
  await opened.ask('a', 2);
  const [, parked] = await opened.spansOf('process shaky.do', 2);
  expect(parked?.attributes['millrace.outcome']).toBe('parked');
  const [letter] = await lettersOf(opened.world.bus, 'a');

  if (letter) await newRuler(opened.world.bus).rule('redriven', letter);
  const behind = (await opened.spansOf('process shaky.do', 4)).at(-1);
  const [order] = await opened.spansOf('process shaky.millrace-resume', 1);

  expect(behind?.links).toMatchObject([
    { kind: 'parked', spanId: parked?.spanId },
    { kind: 'order', spanId: order?.spanId },
  ]);
  expect(behind?.traceId).toBe(parked?.traceId);
});

it('records nothing of a trace that nobody records, and says so to whatever follows', async () => {
  const spans = new RecordedSpans(new AlwaysOffSampler());
  await using world = new LooseWorld();
  await world.start(shakyService, spans.of('shaky'));

  await world.ask('a');
  await world.eventually(async () => expect(await world.done('a')).toEqual([1]));

  const { stream } = shakyService;
  const [fact] = await contentsOf(world.bus, stream, subjectsOf(stream).facts);
  expect(spans.all).toEqual([]);
  expect(fact?.header('traceparent')).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
});
