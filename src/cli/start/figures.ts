import type { Availability } from './availability.ts';
import { type Bucket, quantileOf } from './histogram.ts';
import type { Increase, Increases } from './metric-history.ts';

/** What a service did in a window of time. */
export interface ServiceFigures {
  readonly service: string;
  /** ART: mean of publish to settled. */
  readonly responseMs: number | undefined;
  readonly responseP50Ms: number | undefined;
  readonly responseP99Ms: number | undefined;
  /** TP: events settled a second. */
  readonly throughput: number;
}

/** The five figures of a window, of each service and of the system. */
export interface Figures {
  readonly seconds: number;
  readonly services: readonly ServiceFigures[];
  readonly all: ServiceFigures;
  /** SL: mean of publish to the facts being visible in the stream. */
  readonly latencyMs: number | undefined;
  /** SA, of each service and of the system. */
  readonly availability: Availability;
}

/** What the figures are computed from. */
export interface Measured {
  readonly increases: Increases;
  readonly seconds: number;
  readonly services: readonly string[];
  readonly availability: Availability;
}

const settledOutcomes = new Set(['done', 'ignored', 'dead']);

/** Computes the five figures, by the definitions of the recording rules. */
export const figuresOf = ({ increases, seconds, services, availability }: Measured): Figures => {
  const all = [...increases.values()];
  const rows = services.map((service) =>
    serviceFigures(
      service,
      all.filter(({ labels }) => labels['service'] === service),
      seconds,
    ),
  );
  return {
    seconds,
    services: rows,
    all: { ...serviceFigures('all', all, seconds) },
    latencyMs: meanMs(all, 'millrace_event_visible_seconds'),
    availability,
  };
};

const serviceFigures = (
  service: string,
  increases: readonly Increase[],
  seconds: number,
): ServiceFigures => {
  const buckets = bucketsOf(increases, 'millrace_event_response_seconds');
  const settled = increases.filter(
    ({ name, labels }) =>
      name === 'millrace_events_settled_total' && settledOutcomes.has(labels['outcome'] ?? ''),
  );
  return {
    service,
    responseMs: meanMs(increases, 'millrace_event_response_seconds'),
    responseP50Ms: inMs(quantileOf(buckets, 0.5)),
    responseP99Ms: inMs(quantileOf(buckets, 0.99)),
    throughput: sum(settled) / seconds,
  };
};

const sum = (increases: readonly Increase[]): number =>
  increases.reduce((total, { value }) => total + value, 0);

const sumOf = (increases: readonly Increase[], wanted: string): number =>
  sum(increases.filter(({ name }) => name === wanted));

const meanMs = (increases: readonly Increase[], histogram: string): number | undefined => {
  const count = sumOf(increases, `${histogram}_count`);
  return count === 0 ? undefined : (1000 * sumOf(increases, `${histogram}_sum`)) / count;
};

const bucketsOf = (increases: readonly Increase[], histogram: string): readonly Bucket[] => {
  const counts = new Map<number, number>();
  for (const { name, labels, value } of increases) {
    if (name !== `${histogram}_bucket`) continue;
    const upTo = labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le']);
    counts.set(upTo, (counts.get(upTo) ?? 0) + value);
  }
  return [...counts].map(([upTo, count]) => ({ upTo, count }));
};

const inMs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : seconds * 1000;
