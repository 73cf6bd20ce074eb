import { InvalidEvent } from '../../contracts/invalid-event.ts';
import { BusRefused, BusUnavailable, QueryFailed } from '../../infra/pipeline/errors.ts';
import { Problem } from './problem.ts';
import type { ProblemKind } from './problem-kinds.ts';

/** How long a client is asked to wait when the bus is away. */
export const retryAfterSeconds = '2';

const retryLater = { headers: { 'retry-after': retryAfterSeconds } };

/**
 * The problem that an error means to the caller.
 *
 * Whatever is not known here becomes `internal`, without a word of the error's own: those may name
 * addresses, fields or values that are nobody's business.
 */
export const problemOfError = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof BusUnavailable) {
    const detail =
      'the bus did not answer in time: a write may or may not be stored; repeat it with the same Idempotency-Key';
    return new Problem('unavailable', detail, retryLater, { cause: error });
  }
  if (error instanceof BusRefused) return problemOfRefusal(error);
  if (error instanceof QueryFailed) return problemOfQuery(error);
  if (error instanceof InvalidEvent) return new Problem('invalid-data', error.message);
  return problemOfStatus(error);
};

const problemOfRefusal = (error: BusRefused): Problem =>
  error.lasting
    ? new Problem('too-large', 'the event is larger than the bus takes', {}, { cause: error })
    : new Problem('refused', 'the stream takes no such event now: nothing was stored', retryLater, {
        cause: error,
      });

const problemOfQuery = (error: QueryFailed): Problem =>
  error.reason === 'invalid-question'
    ? new Problem('invalid-request', error.message, {}, { cause: error })
    : new Problem('query-failed', 'the service could not answer', retryLater, { cause: error });

/** What Fastify itself refuses before a route's own code runs, by its status. */
const kindByStatus: Readonly<Record<number, readonly [ProblemKind, string]>> = {
  400: ['malformed-request', 'the request is not well-formed HTTP with a valid URL'],
  413: ['too-large', 'the body is larger than 64 KiB'],
  414: ['uri-too-long', 'a part of the path is too long'],
  415: ['unsupported-media-type', 'the body must be application/json'],
};

const problemOfStatus = (error: unknown): Problem => {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  const [kind, detail] = kindByStatus[status] ?? ['internal', 'something went wrong here'];
  const headers = status === 415 ? { headers: { accept: 'application/json' } } : {};
  return new Problem(kind, detail, headers, { cause: error });
};
