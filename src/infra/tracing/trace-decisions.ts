import { context, type Span, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import { idsOf } from '../observability/said-id.ts';
import { sayError } from '../observability/say-error.ts';
import { RetryLater } from '../pipeline/errors.ts';
import type { Decide } from '../pipeline/process.ts';
import type { CausedTrace } from '../pipeline/tracing.ts';
import { messaging, typeOf } from './attributes.ts';
import { recordError } from './record-error.ts';
import { traceContextOf } from './span-context.ts';

/** A span for each run of a handler. What the handler begins itself, with OpenTelemetry, is within. */
export const traceDecisions =
  (tracer: Tracer) =>
  (decide: Decide): Decide =>
  (event, state) => {
    if (!trace.getActiveSpan()?.isRecording()) return decide(event, state);
    const handler = event.route?.handler.name ?? 'unknown';
    const attributes = { 'code.function.name': `${handler}.handle` };
    return tracer.startActiveSpan(`handle ${typeOf(event)}`, { attributes }, async (span) => {
      try {
        return await decide(event, state);
      } catch (error) {
        if (!(error instanceof RetryLater)) recordError(span, sayError(error, event));
        throw error;
      } finally {
        span.end();
      }
    });
  };

/** The spans of events that were made and are not stored yet, by the `traceparent` that each carries. */
export class CausedSpans {
  readonly #spans = new WeakMap<Span, Map<string, Span>>();
  readonly #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** A span for each event that follows: it begins when the event is made and ends when it is stored. */
  readonly begin: CausedTrace = (cause, caused) => {
    const active = trace.getActiveSpan();
    if (!active?.isRecording()) return cause.trace ?? cause.envelope;
    const { type, stream } = caused.contract;
    const attributes = {
      ...messaging('create', stream.name),
      'cloudevents.event_type': type,
      'messaging.message.conversation_id': idsOf(cause)(cause.envelope.correlationId),
    };
    const span = this.#tracer.startSpan(
      `create ${type}`,
      { kind: SpanKind.PRODUCER, attributes },
      context.active(),
    );
    const carried = traceContextOf(span.spanContext());
    const begun = this.#spans.get(active) ?? new Map<string, Span>();
    this.#spans.set(active, begun.set(carried.traceparent ?? '', span));
    return carried;
  };

  /** Those of a try whose event is among these; what was made and never sent is shown nowhere. */
  take(of: Span, traceparents: readonly (string | undefined)[]): Span[] {
    const begun = this.#spans.get(of);
    if (!begun) return [];
    return traceparents.flatMap((traceparent) => {
      const span = begun.get(traceparent ?? '');
      begun.delete(traceparent ?? '');
      return span ?? [];
    });
  }
}
