import { sayIssues } from '../../contracts/say-issues.ts';
import { build, type Scope } from '../di/token.ts';
import { LogLimit } from '../observability/log-limit.ts';
import type { Logger } from '../observability/logger.ts';
import { withoutPersonal } from '../observability/without-personal.ts';
import { QueryFailed } from '../pipeline/errors.ts';
import type { QueryRoute } from '../pipeline/handler.ts';
import type { Answerer } from '../pipeline/ports.ts';

export interface QueryLog {
  readonly logger: Logger;
  /** Fields of questions whose values are never written. */
  readonly personal: readonly string[];
}

/** A service's table of questions, ready to be served: questions are checked, handlers built once. */
export const answerersOf = (
  queries: readonly QueryRoute[],
  scope: Scope,
  { logger, personal }: QueryLog,
): ReadonlyMap<string, Answerer> =>
  new Map(
    queries.map(({ query, handler }) => {
      const built = build(scope, handler);
      const answer: Answerer = async (question) => {
        const asked = query.question.safeParse(question);
        if (asked.success) return built.answer(asked.data as never);
        throw new QueryFailed('invalid-question', `${query.name}: ${sayIssues(asked.error)}`);
      };
      return [query.name, logFailures(query.name, answer, { logger, personal })];
    }),
  );

/** The asker is told too; a question that breaks its contract is the asker's own affair. */
const logFailures = (name: string, answer: Answerer, { logger, personal }: QueryLog): Answerer => {
  const limit = new LogLimit({ elapsed: () => performance.now() });
  return async (question) => {
    try {
      return await answer(question);
    } catch (error) {
      const isTheirs = error instanceof QueryFailed && error.reason === 'invalid-question';
      const said = withoutPersonal(String(error), { personal, secret: [] }, question);
      if (!isTheirs)
        limit.line(name, (more) =>
          logger.warn({ query: name, error: said, ...more }, 'query failed'),
        );
      throw error;
    }
  };
};
