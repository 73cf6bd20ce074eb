import type { AfterTry } from '../pipeline/after-try.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { Delivery } from '../pipeline/delivery.ts';
import { deadReasons, type IncomingEvent, type Outcome } from '../pipeline/process.ts';
import type { Metrics } from './metrics.ts';

/** A type without a route counts as `unknown`: labels are bounded by the service's table. */
const typeOf = ({ route }: IncomingEvent): string => route?.contract.type ?? 'unknown';

const settledAs = (outcome: Outcome): string => {
  if (outcome.kind !== 'done') return outcome.kind;
  return outcome.how === 'handled' ? 'done' : outcome.how;
};

/**
 * Measures every try at an event: how long it waited, took, and what became of it.
 *
 * @param types those that have a route
 */
export const measureEvents = (
  metrics: Metrics,
  clock: Clock,
  types: readonly string[],
): AfterTry => {
  beginAtNothing(metrics, types);
  const settled = remember((outcome) =>
    remember((type) => metrics.counter('millrace_events_settled_total', { type, outcome })),
  );
  const processing = remember((type) =>
    metrics.histogram('millrace_event_processing_seconds', { type }),
  );
  const wait = metrics.histogram('millrace_event_wait_seconds', {});
  const response = metrics.histogram('millrace_event_response_seconds', {});
  const visible = metrics.histogram('millrace_event_visible_seconds', {});
  const attempts = metrics.histogram('millrace_event_attempts', {});
  // What is tried again began to be processed long ago.
  const begun = new WeakSet<object>();
  return (event, outcome, tookMs) => {
    const now = clock.now();
    const ageMs = now - event.message.storedAt;
    const trace = recordedTrace(event);
    if (event.deliveries === 1 && !event.postponed && !begun.has(event.message)) {
      wait.observe(seconds(ageMs - tookMs), trace, now);
    }
    const type = typeOf(event);
    processing(type).observe(seconds(tookMs), trace, now);
    settled(settledAs(outcome))(type).inc();
    if (outcome.kind === 'dead') countDead(metrics, type, outcome.reason);
    if (outcome.kind === 'retry') begun.add(event.message);
    if (isEnd(outcome)) {
      response.observe(seconds(ageMs), trace, now);
      attempts.observe(event.attempt);
    }
    if (outcome.kind === 'done' && outcome.facts > 0) visible.observe(seconds(ageMs), trace, now);
    return outcome;
  };
};

/** The first value of a counter is no increase to Prometheus: what alerts count is there from the beginning. */
const beginAtNothing = (metrics: Metrics, types: readonly string[]): void => {
  for (const type of [...types, 'unknown']) {
    for (const outcome of ['done', 'retry', 'dead']) {
      metrics.counter('millrace_events_settled_total', { type, outcome });
    }
    for (const reason of deadReasons) {
      metrics.counter('millrace_dead_letters_total', { type, reason });
    }
  }
};

/** The `traceparent` of a try that somebody records; its last digit says so. */
const recordedTrace = ({ trace, envelope }: IncomingEvent): string | undefined => {
  const { traceparent } = trace ?? envelope;
  if (traceparent === undefined) return undefined;
  return '13579bdf'.includes(traceparent.slice(-1)) ? traceparent : undefined;
};

/** An event has one response time: a duplicate had its own before, what nobody handles has none. */
const isEnd = (outcome: Outcome): boolean =>
  outcome.kind === 'dead' || (outcome.kind === 'done' && outcome.how === 'handled');

/** The broker's clock may be a little ahead of ours. */
const seconds = (ms: number): number => (ms > 0 ? ms / 1000 : 0);

const countDead = (metrics: Metrics, type: string, reason: string): void =>
  metrics.counter('millrace_dead_letters_total', { type, reason }).inc();

/** Counts what the broker delivers. */
export const measureDeliveries = (
  metrics: Metrics,
  stream: string,
): ((delivery: Delivery) => void) => {
  const received = metrics.counter('millrace_events_received_total', { stream });
  const redelivered = metrics.counter('millrace_events_redelivered_total', { stream });
  return ({ attempt }) => {
    received.inc();
    if (attempt > 1) redelivered.inc();
  };
};

/** Binds labels once: each made metric is kept under its label value. */
const remember = <Made>(make: (value: string) => Made): ((value: string) => Made) => {
  const known = new Map<string, Made>();
  return (value) => {
    let made = known.get(value);
    if (made === undefined) {
      made = make(value);
      known.set(value, made);
    }
    return made;
  };
};
