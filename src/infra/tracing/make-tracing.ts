import type { TracerProvider } from '@opentelemetry/api';
import type { Clock } from '../pipeline/clock.ts';
import type { Tracing } from '../pipeline/tracing.ts';
import { RecentTries } from './recent-tries.ts';
import { traceBatches, traceCommits } from './trace-commits.ts';
import { traceCaused, traceDecisions } from './trace-decisions.ts';
import { beginRequest, beginWait, tracePublisher } from './trace-requests.ts';
import { traceTries } from './trace-tries.ts';

export interface TracingParts {
  readonly provider: TracerProvider;
  /** The process's name, which is that of its durable consumers too. */
  readonly service: string;
  readonly version: string;
  /** The time of day, as spans have it. */
  readonly clock: Pick<Clock, 'now'>;
  /** Whoever began a trace has decided whether it is recorded: what is not is passed through. */
  readonly followsParent: boolean;
}

/** Traces what a process does, by whatever provides tracers. */
export const makeTracing = (parts: TracingParts): Tracing => {
  const { provider, service, version, clock, followsParent } = parts;
  const tracer = provider.getTracer('millrace', version);
  const options = { tracer, clock, followsParent, group: service, recent: new RecentTries() };
  return {
    tries: traceTries(options),
    caused: traceCaused(tracer),
    decide: traceDecisions(tracer),
    commits: traceCommits(tracer),
    batch: traceBatches(tracer, clock),
    begin: (method, from) => beginRequest(tracer, method, from),
    publisher: (publisher) => tracePublisher(tracer, publisher),
    beginWait: (type, from) => beginWait(tracer, type, from),
  };
};
