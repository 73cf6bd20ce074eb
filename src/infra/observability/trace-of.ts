import { readTraceParent, type TraceParent } from '../../contracts/trace-context.ts';
import type { IncomingEvent } from '../pipeline/process.ts';

type Traced = Pick<IncomingEvent, 'envelope' | 'trace'>;

/**
 * The trace that an event is in: the span of this try, and while tracing is off the one it was
 * published in. Nothing when it is in none.
 */
export const traceOf = ({ trace, envelope }: Traced): TraceParent | undefined =>
  readTraceParent((trace ?? envelope).traceparent);

/** The id of the trace that an event is in, recorded or not: to find its log lines by. */
export const traceIdOf = (event: Traced): string | undefined => traceOf(event)?.traceId;

/** The id of the trace that an event is in if somebody records it: one that can be looked up. */
export const sampledTraceIdOf = (event: Traced): string | undefined => {
  const trace = traceOf(event);
  return trace?.isSampled ? trace.traceId : undefined;
};
