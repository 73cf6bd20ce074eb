import { expect, it } from 'vitest';
import {
  sampledTraceIdOf,
  traceIdOf,
  traceOf,
} from '../../../../src/infra/observability/trace-of.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const published = `00-${traceId}-00f067aa0ba902b7-00`;
const tried = `00-${traceId}-b9c7c989f97918e1-01`;

const eventWith = (traceparent?: string, span?: string) => ({
  envelope: { id: 'a', type: 't', source: '/', time: '', correlationId: 'a', traceparent },
  ...(span ? { trace: { traceparent: span } } : {}),
});

it('is in the trace that it was published in', () => {
  expect(traceOf(eventWith(published))).toEqual({
    traceId,
    spanId: '00f067aa0ba902b7',
    isSampled: false,
  });
});

it('is in the span of its try, where that is traced', () => {
  expect(traceOf(eventWith(published, tried))?.spanId).toBe('b9c7c989f97918e1');
});

it('can be looked up only when somebody records it', () => {
  expect(traceIdOf(eventWith(published))).toBe(traceId);
  expect(sampledTraceIdOf(eventWith(published))).toBeUndefined();
  expect(sampledTraceIdOf(eventWith(tried))).toBe(traceId);
});

it.each([
  undefined,
  '',
  'not a trace',
  `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `ff-${traceId}-00f067aa0ba902b7-01`,
  `00-${traceId.toUpperCase()}-00f067aa0ba902b7-01`,
])('is in no trace that the standard does not allow: %s', (traceparent) => {
  expect(traceOf(eventWith(traceparent))).toBeUndefined();
});
