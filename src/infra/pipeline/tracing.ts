import type { OutgoingEvent } from '../../contracts/define-event.ts';
import type { TraceContext } from '../../contracts/trace-context.ts';
import type { Commit, EventPublisher } from './ports.ts';
import type { Decide, IncomingEvent, Middleware } from './process.ts';

/** Says where in its trace an event belongs that follows from another one. */
export type CausedTrace = (cause: IncomingEvent, caused: OutgoingEvent) => TraceContext;

/** Traces the way of events through a worker. Where tracing is off there is none, and nothing of it runs. */
export interface EventTracing {
  /** A span for each try at an event: the outermost step of its way. */
  readonly tries: Middleware;
  readonly caused: CausedTrace;
  /** A span for each run of a handler. */
  decide(decide: Decide): Decide;
  /** A span for each commit that carries the trace of a try, until it is stored. */
  commits(commits: Commit, stream: string): Commit;
}

/** A request to the gateway that is being traced. */
export interface RequestTrace {
  /** Its span, as what it leads to carries it. */
  readonly trace: TraceContext;
  /** It is answered. `route` is a pattern, never a path, which may name people. */
  end(answer: { readonly route: string; readonly status: number }): void;
}

/** Traces what the gateway does. */
export interface RequestTracing {
  begin(method: string, from: TraceContext): RequestTrace;
  /** A span for each publish, in the trace of its envelope; the event says that it was published in it. */
  publisher(publisher: EventPublisher): EventPublisher;
  /** A span until what is returned is called, with the place in the trace of what was waited for. */
  beginWait(type: string, from: TraceContext): (endedBy: TraceContext | undefined) => void;
}

/** One batch that a stream answered, as group commit tells of it. */
export interface AnsweredBatch {
  readonly stream: string;
  /** How many decisions are in it. */
  readonly decisions: number;
  readonly seconds: number;
  /** False when it was refused, and some of its decisions go into another one. */
  readonly isStored: boolean;
  /** The decisions, each with what was given as `trace` of its commitment. */
  readonly group: readonly {
    readonly messages: readonly unknown[];
    readonly trace: object | undefined;
  }[];
}

/** All the tracing of a process. */
export interface Tracing extends EventTracing, RequestTracing {
  /** A span for each batch, linked to the commits in it. */
  batch(batch: AnsweredBatch): void;
}
