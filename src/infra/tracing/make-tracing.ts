import { context, ROOT_CONTEXT, type TracerProvider } from '@opentelemetry/api';
import type { Tracing } from '../pipeline/tracing.ts';
import { RecentTries } from './recent-tries.ts';
import { traceBatches, traceCommits } from './trace-commits.ts';
import { CausedSpans, traceDecisions } from './trace-decisions.ts';
import { beginRequest, beginWait, tracePublisher } from './trace-requests.ts';
import { traceTries } from './trace-tries.ts';

/**
 * Traces what a process does, by whatever provides tracers.
 *
 * @param service the process's name, which is that of its durable consumers too
 */
export const makeTracing = (
  provider: TracerProvider,
  service: string,
  version: string,
): Tracing => {
  const tracer = provider.getTracer('millrace', version);
  const caused = new CausedSpans(tracer);
  const tries = { tracer, group: service, recent: new RecentTries() };
  return {
    tries: traceTries({ ...tries, within: () => ROOT_CONTEXT }),
    turns: traceTries({ ...tries, within: () => context.active() }),
    caused: caused.begin,
    decide: traceDecisions(tracer),
    commits: traceCommits(tracer, caused),
    batch: traceBatches(tracer),
    begin: (method, from) => beginRequest(tracer, method, from),
    publisher: (publisher) => tracePublisher(tracer, publisher),
    beginWait: (type) => beginWait(tracer, type),
  };
};
