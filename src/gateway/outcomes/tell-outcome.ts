import { z } from 'zod';
import { Problem } from '../problems/problem.ts';
import { isProblemKind } from '../problems/problem-kinds.ts';
import { deadStatus, outcomeStatus } from './outcome-status.ts';
import type { RequestOutcome } from './outcomes.ts';

/** The request event that an outcome belongs to. */
export interface RequestEvent {
  readonly id: string;
  readonly type: string;
}

type Headers = Readonly<Record<string, string>>;

/** The good end of a request event, as it is answered. */
export interface Done {
  readonly status: number;
  readonly body: RequestEvent & {
    readonly status: 'done';
    readonly fact: { readonly type: string; readonly data: unknown };
  };
}

const statuses: Readonly<Record<string, number | Readonly<Record<string, number>>>> = outcomeStatus;
const rejection = z.object({ reason: z.string(), message: z.string() });

/**
 * Turns an outcome into an answer.
 *
 * A fact that the table does not have is a good end: a newer service said something new.
 *
 * @throws Problem for a rejection or a dead letter.
 */
export const tellOutcome = (
  outcome: RequestOutcome,
  event: RequestEvent,
  headers: Headers,
): Done => {
  if (outcome.kind === 'dead') throw problemOfDead(outcome, event, headers);
  const { type, data } = outcome;
  const status = statuses[type] ?? (type.endsWith('-rejected') ? {} : 200);
  if (typeof status !== 'number') {
    const { reason, message } = readRejection(data);
    const kind = isProblemKind(reason) ? reason : 'rejected';
    throw new Problem(kind, message, { status: status[reason] ?? 409, event, headers });
  }
  return { status, body: { ...event, status: 'done', fact: { type, data } } };
};

const readRejection = (data: unknown): z.infer<typeof rejection> =>
  rejection.safeParse(data).data ?? { reason: 'rejected', message: 'the request was refused' };

const problemOfDead = (
  { reason, error }: RequestOutcome & { readonly kind: 'dead' },
  event: RequestEvent,
  headers: Headers,
): Problem => {
  const known = Object.hasOwn(deadStatus, reason)
    ? (reason as keyof typeof deadStatus)
    : 'permanent';
  const status = deadStatus[known];
  const detail =
    status === 422 ? error || 'the service refused the event' : 'the event was set aside';
  return new Problem(known, detail, { status, event, headers });
};
