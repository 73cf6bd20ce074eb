import { context, ROOT_CONTEXT, type TracerProvider } from '@opentelemetry/api';
import type { Clock } from '../pipeline/clock.ts';
import type { Tracing } from '../pipeline/tracing.ts';
import { RecentTries } from './recent-tries.ts';
import { traceBatches, traceCommits } from './trace-commits.ts';
import { CausedSpans, traceDecisions } from './trace-decisions.ts';
import { beginRequest, beginWait, tracePublisher } from './trace-requests.ts';
import { traceTries } from './trace-tries.ts';

export interface TracingParts {
  readonly provider: TracerProvider;
  /** The process's name, which is that of its durable consumers too. */
  readonly service: string;
  readonly version: string;
  /** The time of day, as spans have it. */
  readonly clock: Pick<Clock, 'now'>;
}

/** Traces what a process does, by whatever provides tracers. */
export const makeTracing = ({ provider, service, version, clock }: TracingParts): Tracing => {
  const tracer = provider.getTracer('millrace', version);
  const caused = new CausedSpans(tracer);
  const tries = { tracer, clock, group: service, recent: new RecentTries() };
  return {
    tries: traceTries({ ...tries, within: () => ROOT_CONTEXT }),
    turns: traceTries({ ...tries, within: () => context.active() }),
    caused: caused.begin,
    decide: traceDecisions(tracer),
    commits: traceCommits(tracer, caused),
    batch: traceBatches(tracer, clock),
    begin: (method, from) => beginRequest(tracer, method, from),
    publisher: (publisher) => tracePublisher(tracer, publisher),
    beginWait: (type) => beginWait(tracer, type),
  };
};
