import { trace } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { RetryLater } from '../../../../src/infra/pipeline/errors.ts';
import type { IncomingEvent, Process } from '../../../../src/infra/pipeline/process.ts';
import { RecordedSpans } from '../../../support/recorded-spans.ts';
import { countEvent } from '../../../support/tally.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const done: Process = async () => ({ kind: 'done', how: 'handled', facts: 0 });

const eventOf = (id: string, changes: Partial<IncomingEvent> = {}): IncomingEvent => ({
  ...countEvent('a', 1, { id, headers: { traceparent } }),
  ...changes,
});

it('links what was delivered again to its publish: whoever had it before may be gone', async () => {
  const spans = new RecordedSpans();

  await spans.of('tally').tries(done)(eventOf('a', { deliveries: 3 }));

  expect(spans.all).toMatchObject([
    {
      name: 'process tally.count',
      parentId: '00f067aa0ba902b7',
      links: [{ kind: 'redelivery', spanId: '00f067aa0ba902b7' }],
      attributes: { 'millrace.deliveries': 3 },
    },
  ]);
});

it('has nothing to do with the try before it, in whose wake its lane goes on', async () => {
  const spans = new RecordedSpans();
  const tracing = spans.of('tally');
  const plain = (id: string) => countEvent('a', 1, { id });
  let next: Promise<unknown> | undefined;
  const process: Process = tracing.tries(async (event) => {
    if (event.envelope.id === 'first') next = process(plain('second'));
    return done(event);
  });

  await process(plain('first'));
  await next;

  const [first, second] = spans.named('process tally.count');
  expect([first?.parentId, second?.parentId]).toEqual([undefined, undefined]);
  expect(first?.traceId).not.toBe(second?.traceId);
});

it('runs a handler within its span, so that what the handler traces is in the trace', async () => {
  const spans = new RecordedSpans();
  const tracing = spans.of('tally');
  let inside: string | undefined;
  const decide = tracing.decide(async () => {
    inside = trace.getActiveSpan()?.spanContext().spanId;
    return {};
  });
  const process = tracing.tries(async (event) => {
    await decide(event, undefined);
    return done(event);
  });

  await process(eventOf('a'));

  expect(inside).toBe(spans.one('handle tally.count').spanId);
  expect(spans.one('handle tally.count').parentId).toBe(spans.one('process tally.count').spanId);
});

it('calls waiting no error', async () => {
  const spans = new RecordedSpans();
  const error = new RetryLater(50, 'not yet');
  const process = spans
    .of('tally')
    .tries(async () => ({ kind: 'retry', afterMs: 50, counts: false, error }));

  await process(eventOf('a'));

  expect(spans.one('process tally.count')).toMatchObject({
    isError: false,
    events: [],
    attributes: { 'millrace.outcome': 'retry', 'millrace.retry_after_ms': 50 },
  });
});

it('leaves no span for a fact that nobody here handles', async () => {
  const spans = new RecordedSpans();

  await spans.of('tally').tries(done)(eventOf('a', { route: undefined }));

  expect(spans.all).toEqual([]);
});

it('tells the steps of the way which span they are in, and leaves the envelope as it came', async () => {
  const spans = new RecordedSpans();
  let seen: Pick<IncomingEvent, 'trace' | 'envelope'> | undefined;
  const process = spans.of('tally').tries(async (event) => {
    seen = { ...event };
    return done(event);
  });

  await process(eventOf('a'));

  const { traceId, spanId } = spans.one('process tally.count');
  expect(seen?.trace?.traceparent).toBe(`00-${traceId}-${spanId}-01`);
  expect(seen?.envelope.traceparent).toBe(traceparent);
});

it('waited from when the stream stored it until its first try, never from the future', async () => {
  const spans = new RecordedSpans();
  const process = spans.of('tally').tries(done);
  const event = eventOf('a');
  const at = (storedAt: number) => ({ ...event, message: { ...event.message, storedAt } });
  const now = Date.now();

  await process(at(now - 5_000));
  await process(at(now + 3_600_000));

  const [late, early] = spans.named('wait tally.count');
  expect(Number((late?.end ?? 0n) - (late?.start ?? 0n))).toBeGreaterThanOrEqual(5e9);
  expect(early?.start).toBeLessThanOrEqual(early?.end ?? 0n);
});

it('passes through what nobody records who began the trace', async () => {
  const spans = new RecordedSpans();
  const leftOut = traceparent.replace(/01$/, '00');
  const event = countEvent('a', 1, { headers: { traceparent: leftOut } });
  let seen: IncomingEvent | undefined;
  const process = spans.of('tally').tries(async (passed) => {
    seen = { ...passed };
    return done(passed);
  });

  await process(event);

  expect(seen).toEqual(event);
  expect(spans.all).toEqual([]);
});

it('is a try of its own again after a retry, beside the one before', async () => {
  const spans = new RecordedSpans();
  const outcomes = [{ kind: 'retry', afterMs: 1, counts: true, error: new Error('no') } as const];
  const process = spans.of('tally').tries(async (event) => outcomes.pop() ?? done(event));
  const event = eventOf('a');

  await process(event);
  await process(event);

  const [first, second] = spans.named('process tally.count');
  expect([first?.parentId, second?.parentId]).toEqual(['00f067aa0ba902b7', '00f067aa0ba902b7']);
  expect(second?.links).toMatchObject([{ kind: 'retry', spanId: first?.spanId }]);
  expect(second?.links).toHaveLength(1);
});
