import { type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { Clock } from '../pipeline/clock.ts';
import type { Commit, Commitment, CommitResult } from '../pipeline/ports.ts';
import type { AnsweredBatch } from '../pipeline/tracing.ts';
import { messaging } from './attributes.ts';
import { linkTo } from './span-context.ts';
import { within } from './trace-decisions.ts';
import { TryTrace } from './try-trace.ts';

/** What a commitment carries to its batch. */
class CommitTrace {
  readonly span: Span;

  constructor(span: Span) {
    this.span = span;
  }
}

/** A span for each commit of a try: it waits for the batch before, and goes with others in the next. */
export const traceCommits =
  (tracer: Tracer) =>
  (commits: Commit, stream: string): Commit => ({
    store: (message, id) => commits.store(message, id),
    commit: (commitment) =>
      commitment.trace instanceof TryTrace
        ? commitTraced(tracer, commits, stream, commitment, commitment.trace)
        : commits.commit(commitment),
  });

const commitTraced = async (
  tracer: Tracer,
  commits: Commit,
  stream: string,
  commitment: Commitment,
  traced: TryTrace,
): Promise<CommitResult> => {
  const span = tracer.startSpan(`commit ${stream}`, {}, within(traced.span));
  const made = traced.take(commitment.messages.map(({ headers }) => headers['traceparent']));
  try {
    const result = await commits.commit({ ...commitment, trace: new CommitTrace(span) });
    tell(span, made, commitment, result);
    return result;
  } catch (error) {
    fail(span, made, error);
    throw error;
  } finally {
    for (const each of [span, ...made]) each.end();
  }
};

const tell = (
  span: Span,
  made: readonly Span[],
  { messages, state }: Commitment,
  { kind }: CommitResult,
): void => {
  span.setAttributes({
    'millrace.commit.result': kind,
    'millrace.commit.messages': messages.length + (state ? 1 : 0),
  });
  // Nothing of it is stored, or nobody knows: it is decided again.
  if (kind !== 'committed')
    for (const each of made) each.setAttribute('millrace.commit.result', kind);
};

/** The error itself is recorded at the try; its words are the bus's, and hold nothing of an event. */
const fail = (span: Span, made: readonly Span[], error: unknown): void => {
  const name = error instanceof Error ? error.name : typeof error;
  for (const each of [span, ...made]) {
    each.setAttribute('error.type', name);
    each.setStatus({ code: SpanStatusCode.ERROR });
  }
};

/**
 * A span for each batch that a stream answered, linked with the commits in it, both ways.
 *
 * It has one parent only, the first of them: so it is recorded when one of them is.
 */
export const traceBatches =
  (tracer: Tracer, clock: Pick<Clock, 'now'>) =>
  ({ stream, seconds, isStored, group }: AnsweredBatch): void => {
    const commits = group.flatMap((each) => (each.trace instanceof CommitTrace ? each.trace : []));
    const [first] = commits;
    if (!first) return;
    const links = commits.map(({ span }) => linkTo(span.spanContext(), 'commit'));
    const batch = tracer.startSpan(
      `send ${stream}`,
      {
        kind: SpanKind.CLIENT,
        links,
        startTime: clock.now() - seconds * 1000,
        attributes: {
          ...messaging('send', stream),
          'messaging.batch.message_count': group.reduce((sum, one) => sum + one.messages.length, 0),
          'millrace.batch.decisions': group.length,
          'millrace.batch.stored': isStored,
        },
      },
      within(first.span),
    );
    for (const { span } of commits) span.addLink(linkTo(batch.spanContext(), 'batch'));
    batch.end();
  };
