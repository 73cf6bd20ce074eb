import { ErrorCode, NatsError } from 'nats';
import { BusRefused, BusUnavailable } from '../pipeline/errors.ts';

/** What JetStream says when it refuses, in an API answer or a publish acknowledgement. */
export interface ApiError {
  readonly code: number;
  readonly err_code?: number;
  readonly description?: string;
}

/** The `err_code`s that the code here looks at (nats-server `server/errors.json`). */
export const apiError = {
  messageNotFound: 10037,
  streamNotFound: 10059,
  streamNameInUse: 10058,
  consumerNotFound: 10014,
  wrongLastSequence: 10071,
  messageTooLarge: 10054,
  headersTooLarge: 10097,
  batchTooLarge: 10199,
} as const;

/** The same message can never be accepted. */
const lasting = new Set<number | undefined>([
  apiError.messageTooLarge,
  apiError.headersTooLarge,
  apiError.batchTooLarge,
]);

/** The outcome of a batch is open, or it met somebody else's: read the state again. */
const ambiguous = new Set([10071, 10158, 10164, 10176, 10201]);

/** True when a batch was refused by its guard, or nobody can say what became of it. */
export const isStale = ({ err_code }: ApiError): boolean => ambiguous.has(err_code ?? 0);

/**
 * What may pass soon: a cluster without a leader or with too few peers, the same message still under
 * way (10158), too many publishes at once (10167).
 */
const passing = new Set([10004, 10005, 10008, 10009, 10118, 10119, 10158, 10167]);

/** A subject without its key, which may be somebody's name: for logs and errors. */
export const placeless = (subject: string): string => {
  const tokens = subject.split('.');
  return tokens.length > 1 ? tokens.slice(0, -1).join('.') : subject;
};

/** JetStream's refusal as an error of ours: what may pass is BusUnavailable, the rest BusRefused. */
export const refusal = (error: ApiError, what: string): Error => {
  const text = `${what}: ${error.description ?? 'refused'} (${error.err_code ?? error.code})`;
  const isPassing = error.err_code === undefined ? error.code === 503 : passing.has(error.err_code);
  if (isPassing) return new BusUnavailable(text);
  return new BusRefused(text, lasting.has(error.err_code));
};

/** What the client threw, as an error of ours: a time-out or a lost connection may pass. */
export const clientFailure = (cause: unknown, what: string): Error => {
  if (cause instanceof NatsError) {
    if (cause.code === ErrorCode.MaxPayloadExceeded) {
      return new BusRefused(`${what}: larger than the broker takes`, true, { cause });
    }
    if (cause.code === ErrorCode.PermissionsViolation) {
      return new BusRefused(`${what}: ${cause.message}`, false, { cause });
    }
    if (cause.code === ErrorCode.BadHeader) {
      return new BusRefused(`${what}: ${cause.message}`, true, { cause });
    }
    const why = cause.code === ErrorCode.NoResponders ? 'nobody answers there' : cause.message;
    return new BusUnavailable(`${what}: ${why}`, { cause });
  }
  // Thrown before anything is sent: what the message is made of can never be a message.
  if (cause instanceof TypeError || cause instanceof URIError) {
    return new BusRefused(`${what}: ${cause.message}`, true, { cause });
  }
  return new BusUnavailable(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
};
