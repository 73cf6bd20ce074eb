import type { Span } from '@opentelemetry/api';
import type { TraceContext } from '../../contracts/trace-context.ts';
import { traceContextOf } from './span-context.ts';

/**
 * The place in the trace of a try that is recorded: it goes through the pipeline with its event.
 *
 * By hand, because following what belongs together through promises (`AsyncLocalStorage`) would cost
 * every event of the process, recorded or not.
 */
export class TryTrace implements TraceContext {
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  readonly span: Span;
  /** The spans of events that were made and are not stored yet, by what their messages carry. */
  readonly caused = new Map<string, Span>();

  constructor(span: Span) {
    const { traceparent, tracestate } = traceContextOf(span.spanContext());
    this.traceparent = traceparent;
    this.tracestate = tracestate;
    this.span = span;
  }

  /** Those of these messages; what was made and never sent is shown nowhere. */
  take(traceparents: readonly (string | undefined)[]): Span[] {
    return traceparents.flatMap((traceparent = '') => {
      const span = this.caused.get(traceparent);
      this.caused.delete(traceparent);
      return span ?? [];
    });
  }
}
