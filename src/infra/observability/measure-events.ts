import type { Clock } from '../pipeline/clock.ts';
import type { Delivery } from '../pipeline/delivery.ts';
import type { IncomingEvent, Middleware, Outcome } from '../pipeline/process.ts';
import type { Metrics } from './metrics.ts';

/** A type without a route counts as `unknown`: labels are bounded by the service's table. */
const typeOf = ({ route }: IncomingEvent): string => route?.contract.type ?? 'unknown';

const settledAs = (outcome: Outcome): string => {
  if (outcome.kind !== 'done') return outcome.kind;
  return outcome.how === 'handled' ? 'done' : outcome.how;
};

/** Measures every try at an event: how long it waited, took, and what became of it. */
export const measureEvents = (metrics: Metrics, clock: Clock): Middleware => {
  const settled = remember((type: string, outcome: string) =>
    metrics.counter('millrace_events_settled_total', { type, outcome }),
  );
  const processing = remember((type: string) =>
    metrics.histogram('millrace_event_processing_seconds', { type }),
  );
  const wait = metrics.histogram('millrace_event_wait_seconds', {});
  const response = metrics.histogram('millrace_event_response_seconds', {});
  const visible = metrics.histogram('millrace_event_visible_seconds', {});
  // What is tried again began to be processed long ago.
  const begun = new WeakSet<object>();
  return (next) => async (event) => {
    const startedAt = performance.now();
    const { storedAt } = event.message;
    if (event.deliveries === 1 && !event.postponed && !begun.has(event.message)) {
      wait.observe(secondsSince(storedAt, clock));
    }
    const outcome = await next(event);
    const type = typeOf(event);
    processing(type).observe((performance.now() - startedAt) / 1000);
    settled(type, settledAs(outcome)).inc();
    if (outcome.kind === 'dead') countDead(metrics, type, outcome.reason);
    if (outcome.kind === 'retry') begun.add(event.message);
    if (isEnd(outcome)) response.observe(secondsSince(storedAt, clock));
    if (outcome.kind === 'done' && outcome.facts > 0) {
      visible.observe(secondsSince(storedAt, clock));
    }
    return outcome;
  };
};

/** An event has one response time: a duplicate had its own before, what nobody handles has none. */
const isEnd = (outcome: Outcome): boolean =>
  outcome.kind === 'dead' || (outcome.kind === 'done' && outcome.how === 'handled');

/** The broker's clock may be a little ahead of ours. */
const secondsSince = (time: number, clock: Clock): number =>
  Math.max(0, (clock.now() - time) / 1000);

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

/** Binds labels once: each made metric is kept under its label values. */
const remember = <Made>(make: (...values: string[]) => Made): ((...values: string[]) => Made) => {
  const known = new Map<string, Made>();
  return (...values) => {
    const key = values.length === 1 ? (values[0] ?? '') : values.join('\n');
    let made = known.get(key);
    if (made === undefined) {
      made = make(...values);
      known.set(key, made);
    }
    return made;
  };
};
