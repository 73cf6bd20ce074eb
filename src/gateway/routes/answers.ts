import { z } from 'zod';
import { problemMediaType } from '../problems/problem.ts';
import { idempotencyKey } from '../publishing/idempotency-key.ts';
import { apiSchemas } from './api-schemas.ts';

const requestEvent = { id: z.string(), type: z.string() };

/** A write that the stream has stored; its outcome is not known yet. */
const acceptedAnswer = z
  .object({ ...requestEvent, status: z.literal('accepted') })
  .register(apiSchemas, { id: 'Accepted' });

/** A write that was waited for: the fact that it led to. */
export const doneAnswer = z
  .object({
    ...requestEvent,
    status: z.literal('done'),
    fact: z.object({ type: z.string(), data: z.unknown() }),
  })
  .register(apiSchemas, { id: 'Done' });

/** RFC 9457, with the fields that are wrong and the event that it is about. */
const problemAnswer = z
  .object({
    type: z.string().register(apiSchemas, { description: '/problems/<kind>; read it there' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().register(apiSchemas, { description: 'the path that was asked for' }),
    errors: z
      .array(
        z.object({
          in: z.enum(['body', 'path', 'query', 'header']),
          field: z.string(),
          pointer: z.string().optional(),
          detail: z.string(),
        }),
      )
      .optional(),
    event: z.object(requestEvent).optional(),
  })
  .register(apiSchemas, { id: 'Problem' });

/** What every write may be sent with. */
export const writeHeaders = z.looseObject({
  'idempotency-key': idempotencyKey.optional().register(apiSchemas, {
    description: 'Makes it safe to repeat the request: all with the same key are one.',
  }),
  prefer: z.string().optional().register(apiSchemas, {
    description: '`wait=N`: answer with the outcome, after N seconds at most.',
  }),
});

const problemTexts: Readonly<Record<number, string>> = {
  400: 'The request does not follow the schema',
  401: 'No token, or not a valid one',
  403: 'The token lacks a role',
  404: 'The resource of the path does not exist',
  409: 'Refused: the state of the shop does not allow it',
  413: 'The body is larger than 64 KiB',
  415: 'The body is not application/json',
  422: 'Refused: the request means nothing in the shop, or the Idempotency-Key was used otherwise',
  429: 'Too many requests',
  500: 'The event was set aside',
  502: 'The service could not answer',
  503: 'The bus is away, or this replica has too much to do: see Retry-After',
};

const problem = (status: number) => ({
  description: problemTexts[status] ?? 'Problem',
  content: { [problemMediaType]: { schema: problemAnswer } },
});

/** Problem answers of a route, for its description; 429 and 503 can happen to all. */
export const problems = (...statuses: readonly number[]) =>
  Object.fromEntries([...statuses, 429, 503].map((status) => [status, problem(status)]));

/** What a write answers beside its good end: 202 when it was not waited for, and what can go wrong. */
export const otherWriteAnswers = (...bad: readonly number[]) => ({
  202: acceptedAnswer,
  ...problems(400, ...bad, 413, 415, 422, 500),
});
