import type { AfterTry } from '../pipeline/after-try.ts';
import type { Clock } from '../pipeline/clock.ts';
import { RetryLater } from '../pipeline/errors.ts';
import type { IncomingEvent, Outcome } from '../pipeline/process.ts';
import { chainOf } from './chain-of.ts';
import { LogLimit } from './log-limit.ts';
import { keyHash, type Logger } from './logger.ts';
import { idsOf } from './said-id.ts';
import { sayError } from './say-error.ts';
import { traceOf } from './trace-of.ts';

/**
 * Says of every try at an event what became of it: retries as warnings, dead letters as errors, with
 * all that led to them. The fields are the table of `docs/logging.md`.
 *
 * A flood of retries is bounded, type by type; at `debug` every line is written, and one for each
 * event that is settled.
 */
export const logEvents = (logger: Logger, clock: Clock): AfterTry => {
  const limit = new LogLimit({ elapsed: () => clock.elapsed() });
  return (event, outcome, tookMs) => {
    const { kind } = outcome;
    if (kind === 'retry') sayRetry(logger, limit, event, outcome, tookMs);
    else if (kind === 'dead') sayDead(logger, event, outcome, tookMs);
    else if (outcome.how === 'parked') logger.info(factsOf(event), 'parked');
    else if (logger.isLevelEnabled('debug')) saySettled(logger, clock, event, outcome, tookMs);
    return outcome;
  };
};

type Of<Kind> = Extract<Outcome, { kind: Kind }>;

const sayRetry = (
  logger: Logger,
  limit: LogLimit,
  event: IncomingEvent,
  { error, afterMs }: Of<'retry'>,
  tookMs: number,
): void => {
  // Waiting for something is no failure.
  const level = error instanceof RetryLater ? 'debug' : 'warn';
  if (!logger.isLevelEnabled(level)) return;
  const write = (more: object): void =>
    logger[level](
      { ...factsOf(event), ...sayError(error, event), afterMs, ...took(tookMs), ...more },
      'retry',
    );
  if (logger.isLevelEnabled('debug')) write({});
  else limit.line(event.route?.contract.type ?? 'unknown', write);
};

/** Never left out: it is the last word about an event until a person has one. */
const sayDead = (
  logger: Logger,
  event: IncomingEvent,
  { error, reason }: Of<'dead'>,
  tookMs: number,
): void =>
  logger.error(
    {
      ...factsOf(event),
      reason,
      ...sayError(error, event),
      ...whereOf(error),
      chain: chainOf(event.envelope).map(idsOf(event)),
      ...took(tookMs),
    },
    'dead letter',
  );

const saySettled = (
  logger: Logger,
  clock: Clock,
  event: IncomingEvent,
  { how, facts }: Of<'done'>,
  tookMs: number,
): void => {
  const ageMs = Math.max(0, clock.now() - event.message.storedAt);
  logger.debug({ ...factsOf(event), how, facts, ...took(tookMs), ageMs }, 'settled');
};

const factsOf = (event: IncomingEvent) => {
  const { envelope, key, message, place, attempt, deliveries } = event;
  const trace = traceOf(event);
  const said = idsOf(event);
  return {
    eventId: said(envelope.id),
    type: envelope.type,
    keyHash: key && keyHash(key),
    stream: message.stream,
    partition: place.partition,
    sequence: message.sequence,
    attempt,
    deliveries,
    correlationId: said(envelope.correlationId),
    ...(envelope.causationId === undefined ? {} : { causationId: said(envelope.causationId) }),
    ...(trace ? { trace_id: trace.traceId, span_id: trace.spanId } : {}),
  };
};

const took = (ms: number) => ({ tookMs: Math.round(ms * 10) / 10 });

/** The lines of code that an error went through: its text stands elsewhere, cleared of what is personal. */
const whereOf = (error: unknown) => {
  const frames = error instanceof Error ? error.stack?.match(/^ {4}at .*$/gm) : undefined;
  return frames ? { stack: frames.slice(0, 12).join('\n') } : {};
};
