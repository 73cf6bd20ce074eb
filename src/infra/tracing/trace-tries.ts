import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { isUnsampled } from '../../contracts/trace-context.ts';
import { sayError } from '../observability/say-error.ts';
import type { Clock } from '../pipeline/clock.ts';
import { RetryLater } from '../pipeline/errors.ts';
import type { IncomingEvent, Middleware, Outcome, Process } from '../pipeline/process.ts';
import { diedBefore } from '../pipeline/redrive.ts';
import { attributesOf, outcomeOf, typeOf } from './attributes.ts';
import type { RecentTries } from './recent-tries.ts';
import { recordError } from './record-error.ts';
import { contextOf, linkTo, spanContextOf, traceContextOf } from './span-context.ts';
import { TryTrace } from './try-trace.ts';

export interface TriesOptions {
  readonly tracer: Tracer;
  readonly clock: Pick<Clock, 'now'>;
  /** The service that tries. */
  readonly group: string;
  readonly recent: RecentTries;
  /** Whoever began a trace has decided whether it is recorded. */
  readonly followsParent: boolean;
}

/** A span for each try at an event, in the trace that the event was published in. */
export const traceTries =
  (options: TriesOptions): Middleware =>
  (next) =>
  (event) => {
    // A fact that nobody here handles would only be noise in its trace.
    if (!event.route && !event.problem) return next(event);
    const { traceparent } = event.envelope;
    // Most events under load: what follows from them carries the same on.
    if (options.followsParent && traceparent !== undefined && isUnsampled(traceparent))
      return next(event);
    return tryTraced(options, event, next);
  };

const tryTraced = (options: TriesOptions, event: IncomingEvent, next: Process) => {
  const { tracer, group } = options;
  const order = event.trace instanceof TryTrace ? event.trace : undefined;
  const surrounding = order ? trace.setSpan(ROOT_CONTEXT, order.span) : ROOT_CONTEXT;
  const parent = contextOf(event.envelope, surrounding);
  const links = linksOf(options, event, order);
  const type = typeOf(event);
  const span = tracer.startSpan(`process ${type}`, { kind: SpanKind.CONSUMER, links }, parent);
  if (!span.isRecording()) {
    event.trace = traceContextOf(span.spanContext());
    return next(event);
  }
  span.setAttributes(attributesOf(event, group));
  const inside = trace.setSpan(ROOT_CONTEXT, span);
  if (isFirst(event)) showWait(options, event, trace.getSpanContext(parent) ? parent : inside);
  return finish(options, event, new TryTrace(span), next);
};

const finish = async (
  options: TriesOptions,
  event: IncomingEvent,
  traced: TryTrace,
  next: Process,
): Promise<Outcome> => {
  event.trace = traced;
  try {
    const outcome = await next(event);
    tell(options, event, traced, outcome);
    return outcome;
  } finally {
    traced.span.end();
    // Its next try is another one.
    event.trace = undefined;
  }
};

const isFirst = ({ attempt, deliveries, postponed, turn }: IncomingEvent): boolean =>
  attempt === 1 && deliveries === 1 && !postponed && !turn;

/** From when the stream stored it until now; the broker's clock may be a little ahead of ours. */
const showWait = ({ tracer, clock }: TriesOptions, event: IncomingEvent, parent: Context): void => {
  const startTime = Math.min(event.message.storedAt, clock.now());
  tracer.startSpan(`wait ${typeOf(event)}`, { startTime }, parent).end();
};

const linksOf = (
  { recent }: TriesOptions,
  event: IncomingEvent,
  order: TryTrace | undefined,
): Link[] => {
  const links: Link[] = [];
  const before = recent.take(event.message);
  if (before) links.push(linkTo(before, 'retry'));
  const { earlier = diedBefore(event), deliveries, envelope } = event;
  const aside = earlier && spanContextOf(earlier);
  if (aside) links.push(linkTo(aside, earlier.kind));
  // Whoever had it before is not known, and may be gone with its span: the publish is what they share.
  const published = deliveries > 1 && !before ? spanContextOf(envelope) : undefined;
  if (published) links.push(linkTo(published, 'redelivery'));
  if (order) links.push(linkTo(order.span.spanContext(), 'order'));
  return links;
};

const tell = (
  { recent }: TriesOptions,
  event: IncomingEvent,
  { span }: TryTrace,
  outcome: Outcome,
): void => {
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
