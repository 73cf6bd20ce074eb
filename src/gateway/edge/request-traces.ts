import type { FastifyRequest } from 'fastify';
import { readTraceParent } from '../../contracts/trace-context.ts';
import type { RequestTrace } from '../../infra/pipeline/tracing.ts';
import { readTraceContext } from '../publishing/trace-context.ts';

/** The traces of requests that are being answered; empty while tracing is off. */
export const requestTraces = new WeakMap<FastifyRequest, RequestTrace>();

/** What a log line says of the trace of its request: its span, or while tracing is off its caller's. */
export const traceFieldsOf = (request: FastifyRequest) => {
  const carried = requestTraces.get(request)?.trace ?? readTraceContext(request.headers);
  const trace = readTraceParent(carried.traceparent);
  return trace ? { trace_id: trace.traceId, span_id: trace.spanId } : {};
};
