import {
  type Context,
  context,
  type Link,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { sayError } from '../observability/say-error.ts';
import type { Clock } from '../pipeline/clock.ts';
import { RetryLater } from '../pipeline/errors.ts';
import type { IncomingEvent, Middleware, Outcome } from '../pipeline/process.ts';
import { diedBefore } from '../pipeline/redrive.ts';
import { attributesOf, outcomeOf, typeOf } from './attributes.ts';
import type { RecentTries } from './recent-tries.ts';
import { recordError } from './record-error.ts';
import { contextOf, linkTo, spanContextOf, traceContextOf } from './span-context.ts';

export interface TriesOptions {
  readonly tracer: Tracer;
  readonly clock: Pick<Clock, 'now'>;
  /** The service that tries. */
  readonly group: string;
  readonly recent: RecentTries;
  /** What a try belongs to besides the trace of its event: the try at an order, say. */
  readonly within: () => Context;
}

/**
 * A span for each try at an event, in the trace that the event was published in.
 *
 * It is set explicitly for each try: a lane goes on from within the try before, whose span is nothing
 * to the next event.
 */
export const traceTries =
  (options: TriesOptions): Middleware =>
  (next) =>
  async (event) => {
    // A fact that nobody here handles would only be noise in its trace.
    if (!event.route && !event.problem) return next(event);
    const begun = begin(options, event);
    const { span, inside, traced } = begun;
    try {
      const outcome = await context.with(inside, next, undefined, traced);
      end(options, event, span, outcome);
      return outcome;
    } finally {
      span.end();
    }
  };

const begin = (options: TriesOptions, event: IncomingEvent) => {
  const { tracer, group, recent, within } = options;
  const type = typeOf(event);
  const surrounding = within();
  const parent = contextOf(event.envelope, surrounding);
  const links = linksOf(event, recent, surrounding);
  const span = tracer.startSpan(`process ${type}`, { kind: SpanKind.CONSUMER, links }, parent);
  const inside = trace.setSpan(parent, span);
  if (span.isRecording()) {
    span.setAttributes(attributesOf(event, group));
    if (isFirst(event)) showWait(options, event, trace.getSpanContext(parent) ? parent : inside);
  }
  const traced: IncomingEvent = { ...event, trace: traceContextOf(span.spanContext()) };
  return { span, inside, traced };
};

const isFirst = ({ attempt, deliveries, postponed, turn }: IncomingEvent): boolean =>
  attempt === 1 && deliveries === 1 && !postponed && !turn;

/** From when the stream stored it until now; the broker's clock may be a little ahead of ours. */
const showWait = ({ tracer, clock }: TriesOptions, event: IncomingEvent, parent: Context): void => {
  const startTime = Math.min(event.message.storedAt, clock.now());
  tracer.startSpan(`wait ${typeOf(event)}`, { startTime }, parent).end();
};

const linksOf = (event: IncomingEvent, recent: RecentTries, surrounding: Context): Link[] => {
  const links: Link[] = [];
  const before = recent.take(event.message);
  if (before) links.push(linkTo(before, 'retry'));
  const { earlier = diedBefore(event), deliveries, envelope } = event;
  const aside = earlier && spanContextOf(earlier);
  if (aside) links.push(linkTo(aside, earlier.kind));
  // Whoever had it before is not known, and may be gone with its span: the publish is what they share.
  const published = deliveries > 1 && !before ? spanContextOf(envelope) : undefined;
  if (published) links.push(linkTo(published, 'redelivery'));
  const order = trace.getSpanContext(surrounding);
  if (order && envelope.traceparent !== undefined) links.push(linkTo(order, 'order'));
  return links;
};

const end = (
  { recent }: TriesOptions,
  event: IncomingEvent,
  span: Span,
  outcome: Outcome,
): void => {
  if (!span.isRecording()) return;
  span.setAttribute('millrace.outcome', outcomeOf(outcome));
  if (outcome.kind === 'done') return;
  if (outcome.kind === 'dead') span.setAttribute('millrace.reason', outcome.reason);
  if (outcome.kind === 'retry') {
    recent.keep(event.message, span.spanContext());
    span.setAttribute('millrace.retry_after_ms', outcome.afterMs);
  }
  // Waiting for something is no failure.
  if (!(outcome.error instanceof RetryLater)) recordError(span, sayError(outcome.error, event));
};
