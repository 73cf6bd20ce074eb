import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { TraceContext } from '../../contracts/trace-context.ts';
import { sayErrorOf } from '../observability/say-error.ts';
import type { EventPublisher } from '../pipeline/ports.ts';
import type { RequestTrace } from '../pipeline/tracing.ts';
import { messaging } from './attributes.ts';
import { recordError } from './record-error.ts';
import { contextOf, linkTo, spanContextOf, traceContextOf } from './span-context.ts';

/** A span for a request; its name is complete once the route is known. */
export const beginRequest = (tracer: Tracer, method: string, from: TraceContext): RequestTrace => {
  const attributes = { 'http.request.method': method };
  const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, contextOf(from));
  return {
    trace: traceContextOf(span.spanContext()),
    end: ({ route, status }) => {
      span.updateName(`${method} ${route}`);
      span.setAttributes({ 'http.route': route, 'http.response.status_code': status });
      if (status >= 500) {
        span.setAttribute('error.type', String(status));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
};

/** A span for each publish, in the trace that the envelope names, which the event carries on. */
export const tracePublisher = (tracer: Tracer, publisher: EventPublisher): EventPublisher => ({
  publish: async (event, envelope, deadlineMs) => {
    const { contract, data } = event;
    const attributes = {
      ...messaging('send', contract.stream.name),
      'messaging.message.id': envelope.id,
      'messaging.message.conversation_id': envelope.correlationId,
      'cloudevents.event_id': envelope.id,
      'cloudevents.event_source': envelope.source,
      'cloudevents.event_type': contract.type,
    };
    const options = { kind: SpanKind.PRODUCER, attributes };
    const span = tracer.startSpan(`send ${contract.type}`, options, contextOf(envelope));
    const traced = { ...envelope, ...traceContextOf(span.spanContext()) };
    try {
      const published = await publisher.publish(event, traced, deadlineMs);
      const { sequence, duplicate } = published;
      span.setAttributes({ 'millrace.sequence': sequence, 'millrace.duplicate': duplicate });
      return published;
    } catch (error) {
      recordError(span, sayErrorOf(error, contract, data));
      throw error;
    } finally {
      span.end();
    }
  },
});

/** A span for a wait, linked to what ended it. */
export const beginWait = (tracer: Tracer, type: string, from: TraceContext) => {
  const span = tracer.startSpan(`await ${type}`, { kind: SpanKind.INTERNAL }, contextOf(from));
  return (endedBy: TraceContext | undefined): void => {
    const found = endedBy && spanContextOf(endedBy);
    if (found) span.addLink(linkTo(found, 'outcome'));
    span.setAttribute('millrace.answered', endedBy !== undefined);
    span.end();
  };
};
