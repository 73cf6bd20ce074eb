import type { AfterTry } from '../pipeline/after-try.ts';
import { RetryLater } from '../pipeline/errors.ts';
import type { IncomingEvent, Outcome } from '../pipeline/process.ts';
import { keyHash, type Logger } from './logger.ts';

/** Says of every try at an event what became of it: retries as warnings, dead letters as errors. */
export const logEvents =
  (logger: Logger): AfterTry =>
  (event, outcome) => {
    if (outcome.kind === 'retry') {
      // Waiting for something is no failure.
      const level = outcome.error instanceof RetryLater ? 'debug' : 'warn';
      logger[level]({ ...factsOf(event), ...failure(outcome), afterMs: outcome.afterMs }, 'retry');
    } else if (outcome.kind === 'dead') {
      logger.error(
        { ...factsOf(event), ...failure(outcome), reason: outcome.reason },
        'dead letter',
      );
    } else if (outcome.how === 'parked') {
      logger.info(factsOf(event), 'parked');
    } else if (logger.isLevelEnabled('debug')) {
      logger.debug({ ...factsOf(event), how: outcome.how, facts: outcome.facts }, 'settled');
    }
    return outcome;
  };

const factsOf = ({ envelope, key, message, attempt }: IncomingEvent) => ({
  eventId: envelope.id,
  type: envelope.type,
  keyHash: key && keyHash(key),
  stream: message.stream,
  sequence: message.sequence,
  attempt,
  correlationId: envelope.correlationId,
});

const failure = ({ error }: Exclude<Outcome, { kind: 'done' }>) =>
  error instanceof Error
    ? { error: error.message, errorName: error.name }
    : { error: String(error) };
