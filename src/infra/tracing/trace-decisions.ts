import { context, ROOT_CONTEXT, type Span, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import { idsOf } from '../observability/said-id.ts';
import { sayError } from '../observability/say-error.ts';
import { RetryLater } from '../pipeline/errors.ts';
import type { Decide, IncomingEvent } from '../pipeline/process.ts';
import type { CausedTrace } from '../pipeline/tracing.ts';
import { messaging, typeOf } from './attributes.ts';
import { recordError } from './record-error.ts';
import { traceContextOf } from './span-context.ts';
import { TryTrace } from './try-trace.ts';

/** What is begun within a span. */
export const within = (span: Span) => trace.setSpan(ROOT_CONTEXT, span);

/** A span for each run of a handler. */
export const traceDecisions =
  (tracer: Tracer) =>
  (decide: Decide): Decide =>
  (event, state) =>
    event.trace instanceof TryTrace
      ? decideTraced(tracer, event, event.trace, () => decide(event, state))
      : decide(event, state);

const decideTraced = async (
  tracer: Tracer,
  event: IncomingEvent,
  { span: parent }: TryTrace,
  decide: () => ReturnType<Decide>,
) => {
  const handler = event.route?.handler.name ?? 'unknown';
  const attributes = { 'code.function.name': `${handler}.handle` };
  const span = tracer.startSpan(`handle ${typeOf(event)}`, { attributes }, within(parent));
  try {
    return await context.with(within(span), decide);
  } catch (error) {
    if (!(error instanceof RetryLater)) recordError(span, sayError(error, event));
    throw error;
  } finally {
    span.end();
  }
};

/** A span for each event that follows: it begins when the event is made and ends when it is stored. */
export const traceCaused =
  (tracer: Tracer): CausedTrace =>
  (cause, caused) => {
    if (!(cause.trace instanceof TryTrace)) return cause.trace ?? cause.envelope;
    const { type, stream } = caused.contract;
    const attributes = {
      ...messaging('create', stream.name),
      'cloudevents.event_type': type,
      'messaging.message.conversation_id': idsOf(cause)(cause.envelope.correlationId),
    };
    const options = { kind: SpanKind.PRODUCER, attributes };
    const span = tracer.startSpan(`create ${type}`, options, within(cause.trace.span));
    const carried = traceContextOf(span.spanContext());
    cause.trace.caused.set(carried.traceparent ?? '', span);
    return carried;
  };
