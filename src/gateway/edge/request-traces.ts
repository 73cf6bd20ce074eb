import type { FastifyRequest } from 'fastify';
import { readTraceParent, type TraceContext } from '../../contracts/trace-context.ts';
import type { RequestTrace } from '../../infra/pipeline/tracing.ts';
import { readTraceContext } from '../publishing/trace-context.ts';

/** The traces of requests that are being answered; empty while tracing is off. */
export const requestTraces = new WeakMap<FastifyRequest, RequestTrace>();

/** Where a request is in its trace: its span, or while tracing is off its caller's. */
export const traceOfRequest = (request: FastifyRequest): TraceContext =>
  requestTraces.get(request)?.trace ?? readTraceContext(request.headers);

/** What a log line says of it. */
export const traceFieldsOf = (request: FastifyRequest) => {
  const trace = readTraceParent(traceOfRequest(request).traceparent);
  return trace ? { trace_id: trace.traceId, span_id: trace.spanId } : {};
};

/** Where a request is in its trace, if somebody records that: it can be looked up. */
export const sampledTraceOf = (request: FastifyRequest): string | undefined => {
  const { traceparent } = traceOfRequest(request);
  return readTraceParent(traceparent)?.isSampled ? traceparent : undefined;
};
