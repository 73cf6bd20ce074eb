import { sayIssues } from '../../contracts/say-issues.ts';
import { build, type Scope } from '../di/token.ts';
import type { QueryRoute } from '../pipeline/handler.ts';
import { type Answerer, QueryFailed } from '../pipeline/ports.ts';

/** A service's table of questions, ready to be served: questions are checked, handlers built once. */
export const answerersOf = (
  queries: readonly QueryRoute[],
  scope: Scope,
): ReadonlyMap<string, Answerer> =>
  new Map(
    queries.map(({ query, handler }) => {
      const built = build(scope, handler);
      return [
        query.name,
        async (question) => {
          const asked = query.question.safeParse(question);
          if (asked.success) return built.answer(asked.data as never);
          throw new QueryFailed('invalid-question', `${query.name}: ${sayIssues(asked.error)}`);
        },
      ];
    }),
  );
