import type { FastifyReply, FastifyRequest } from 'fastify';
import { traceFieldsOf } from '../edge/request-traces.ts';
import { discreetError } from './discreet-error.ts';
import { documentOf, Problem, problemMediaType } from './problem.ts';
import { problemOfError } from './problem-of-error.ts';

/** The path that was asked for: never its query, which may hold what somebody searched for. */
export const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '/';

/** Answers with the problem that an error means; what only an operator can mend is logged. */
export const answerProblem = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  const problem = problemOfError(error);
  if (problem.status >= 500) logProblem(problem, request);
  return reply
    .code(problem.status)
    .headers(problem.facts.headers ?? {})
    .type(problemMediaType)
    .serializer(JSON.stringify)
    .send(documentOf(problem, pathOf(request)));
};

const logProblem = ({ kind, event, cause }: LoggedProblem, request: FastifyRequest): void => {
  const where = { route: request.routeOptions.url, ...traceFieldsOf(request) };
  const facts = { kind, event, ...where, err: discreetError(cause, request) };
  if (kind === 'internal') request.log.error(facts, 'request failed');
  else request.log.warn(facts, 'request failed');
};

interface LoggedProblem extends Pick<Problem, 'kind' | 'cause'> {
  readonly event?: { readonly id: string; readonly type: string };
}

/** Answers for a path without a route, or without this method: then `Allow` lists the others. */
export const answerUnknownRoute =
  (methodsAt: (path: string) => readonly string[]) =>
  (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const methods = methodsAt(pathOf(request));
    const problem =
      methods.length === 0
        ? new Problem('not-found', 'there is nothing at this path')
        : new Problem('method-not-allowed', `${request.method} is not for this path`, {
            headers: { allow: methods.join(', ') },
          });
    return answerProblem(problem, request, reply);
  };
