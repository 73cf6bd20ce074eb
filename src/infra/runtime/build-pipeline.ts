import { logEvents } from '../observability/log-events.ts';
import type { Logger } from '../observability/logger.ts';
import { measureEvents } from '../observability/measure-events.ts';
import type { Metrics } from '../observability/metrics.ts';
import { type AfterTry, afterTry } from '../pipeline/after-try.ts';
import type { Clock } from '../pipeline/clock.ts';
import { commitDecisions, isContainedIn } from '../pipeline/commit-decisions.ts';
import { decoder } from '../pipeline/decode.ts';
import type { AnyService } from '../pipeline/define-service.ts';
import { dispatch, type Resolve } from '../pipeline/dispatch.ts';
import { followRulings } from '../pipeline/middleware/follow-rulings.ts';
import { guardSuspects } from '../pipeline/middleware/guard-suspects.ts';
import { postponeRetries } from '../pipeline/middleware/postpone-retries.ts';
import { refuseExpired } from '../pipeline/middleware/refuse-expired.ts';
import { setAside } from '../pipeline/middleware/set-aside.ts';
import { settleFailures } from '../pipeline/middleware/settle-failures.ts';
import type { Commit, RetrySchedule } from '../pipeline/ports.ts';
import { compose, type Middleware, type Process } from '../pipeline/process.ts';
import type { MessagesOf } from '../pipeline/restore-event.ts';
import { stamper } from '../pipeline/stamp.ts';
import type { StateCache } from '../pipeline/state-cache.ts';
import type { SuspectMarks } from '../pipeline/suspects.ts';
import { timeLimit } from '../pipeline/time-limit.ts';
import type { EventTracing } from '../pipeline/tracing.ts';
import { thisProcess } from './undertaker.ts';

export interface PipelineParts {
  readonly service: AnyService;
  readonly commits: Commit;
  readonly states: StateCache<unknown>;
  readonly messages: MessagesOf;
  /** Removes what lies under a subject below a sequence; without it parked copies stay for good. */
  readonly forget?: ((subject: string, below: number) => Promise<unknown>) | undefined;
  /** Where events wait for their next try; nothing where they wait in their lane. */
  readonly retries?: RetrySchedule | undefined;
  /** Marks of what may have ended a process. */
  readonly suspects: SuspectMarks;
  readonly resolve: Resolve;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly timeLimitMs: number;
  /** Nothing while tracing is off: then no step of the way knows of it. */
  readonly tracing?: EventTracing | undefined;
}

/** The way of an event through a process: the one place where its order is written down. */
export const buildPipeline = (parts: PipelineParts): Process => {
  const { service, commits, states, clock, logger, metrics, suspects, tracing } = parts;
  const { stream, onExhausted, retry } = service;
  const failures = settleFailures(retry);
  const steps = [
    // Dead: writes the dead letter, and parks its key, before the event is settled.
    setAside({ stream, commits, states, clock, by: thisProcess(), onExhausted }),
    // Sees every outcome, counts and times it.
    measureEvents(metrics, clock, typesOf(service)),
    // Sees every outcome, says what was noteworthy.
    logEvents(logger, clock),
  ];
  const core = coreOf(parts);
  // What was set aside goes all this way again, within the event that brings the order to do so.
  const again = compose([...optional(tracing?.tries), afterTry(failures, steps)], core);
  return compose(
    [
      // Traced, where tracing is on: a span around each try.
      ...optional(tracing?.tries),
      // Thrown: becomes retry or dead, by the error's class. Then the steps after every try; the last:
      // to be tried again later waits outside, if the service has no order to keep.
      afterTry(failures, [...steps, ...postponing(parts)]),
      // Delivered again and again: handled alone, and not any more when it ends the process.
      guardSuspects({ marks: suspects, isContained: isContainedIn(states) }),
      // Too old for its route: dies unhandled.
      refuseExpired(clock),
      // Ruled on: handles what was set aside.
      followRulings({ ...parts, stream, ...decodersOf(service), again }),
    ],
    core,
  );
};

const typesOf = ({ routes, reactions }: AnyService): readonly string[] =>
  [...routes, ...reactions].map(({ contract }) => contract.type);

const optional = (step: Middleware | undefined): Middleware[] => (step ? [step] : []);

const postponing = ({ service, retries, ...parts }: PipelineParts): AfterTry[] => {
  if (!retries) return [];
  const routes = [...service.routes, ...service.reactions];
  const onTrouble = (what: string) => parts.logger.warn({ what }, 'a retry waits in its lane');
  return [postponeRetries({ ...parts, retries, routes, onTrouble })];
};

const decodersOf = ({ stream, routes, reactions }: AnyService) => ({
  decode: decoder(stream, routes),
  decodeFact: decoder(stream, reactions),
});

/** Recognises what the state contains, else decides and commits, once. */
const coreOf = ({ service, commits, states, clock, metrics, ...parts }: PipelineParts): Process => {
  const conflicts = metrics.counter('millrace_commit_conflicts_total', {});
  // The handler, within its time limit.
  const decide = dispatch({
    routes: [...service.routes, ...service.reactions],
    resolve: parts.resolve,
    within: timeLimit(clock),
    timeLimitMs: parts.timeLimitMs,
  });
  const { tracing } = parts;
  return commitDecisions({
    stream: service.stream,
    commits,
    states,
    stamp: stamper(service.stream, clock, tracing?.caused),
    onConflict: () => conflicts.inc(),
    decide: tracing ? tracing.decide(decide) : decide,
  });
};
