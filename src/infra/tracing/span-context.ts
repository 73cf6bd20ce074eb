import {
  type Context,
  createTraceState,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { readTraceParent, type TraceContext } from '../../contracts/trace-context.ts';

/** A span as events and requests carry it. */
export const traceContextOf = (span: SpanContext): TraceContext => {
  const flags = (span.traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01';
  const tracestate = span.traceState?.serialize() || undefined;
  return { traceparent: `00-${span.traceId}-${span.spanId}-${flags}`, tracestate };
};

/** The span that events and requests carry; nothing when they carry none, or one that cannot be. */
export const spanContextOf = ({
  traceparent,
  tracestate,
}: TraceContext): SpanContext | undefined => {
  const parent = readTraceParent(traceparent);
  if (!parent) return undefined;
  const { traceId, spanId, isSampled } = parent;
  return {
    traceId,
    spanId,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(tracestate ? { traceState: createTraceState(tracestate) } : {}),
  };
};

/** What a span begins in that follows from an event or request; `otherwise` when that is in no trace. */
export const contextOf = (carried: TraceContext, otherwise: Context = ROOT_CONTEXT): Context => {
  const parent = spanContextOf(carried);
  return parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : otherwise;
};

/** Why a span is linked to another one. */
export type LinkKind =
  | 'retry'
  | 'redelivery'
  | 'dead'
  | 'parked'
  | 'order'
  | 'commit'
  | 'batch'
  | 'outcome';

/** A link that says what it is. */
export const linkTo = (context: SpanContext, kind: LinkKind): Link => ({
  context,
  attributes: { 'millrace.link': kind },
});
