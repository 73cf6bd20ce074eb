import {
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { TraceContext } from '../../contracts/trace-context.ts';
import { sayErrorOf } from '../observability/say-error.ts';
import type { EventPublisher } from '../pipeline/ports.ts';
import type { RequestTrace } from '../pipeline/tracing.ts';
import { messaging } from './attributes.ts';
import { recordError } from './record-error.ts';
import { contextOf, linkTo, spanContextOf, traceContextOf } from './span-context.ts';

/** A span for a request; its name is complete once the route is known. */
export const beginRequest = (tracer: Tracer, method: string, from: TraceContext): RequestTrace => {
  const parent = contextOf(from);
  const attributes = { 'http.request.method': method };
  const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
  const inside = trace.setSpan(parent, span);
  return {
    trace: traceContextOf(span.spanContext()),
    run: (part) => context.with(inside, part),
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

/** A span for each publish, which the event carries on. */
export const tracePublisher = (tracer: Tracer, publisher: EventPublisher): EventPublisher => ({
  publish: async (event, envelope, deadlineMs) => {
    const { contract, data } = event;
    const parent = contextOf(trace.getActiveSpan() ? {} : envelope, context.active());
    const attributes = {
      ...messaging('send', contract.stream.name),
      'messaging.message.id': envelope.id,
      'messaging.message.conversation_id': envelope.correlationId,
      'cloudevents.event_id': envelope.id,
      'cloudevents.event_source': envelope.source,
      'cloudevents.event_type': contract.type,
    };
    const name = `send ${contract.type}`;
    const span = tracer.startSpan(name, { kind: SpanKind.PRODUCER, attributes }, parent);
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
export const beginWait = (tracer: Tracer, type: string) => {
  const span: Span = tracer.startSpan(`await ${type}`, { kind: SpanKind.INTERNAL });
  return (endedBy: TraceContext | undefined): void => {
    const found = endedBy && spanContextOf(endedBy);
    if (found) span.addLink(linkTo(found, 'outcome'));
    span.setAttribute('millrace.answered', endedBy !== undefined);
    span.end();
  };
};
