import { z } from 'zod';
import type { GatewayApp } from '../edge/create-app.ts';
import { Problem } from '../problems/problem.ts';
import { isProblemKind, problemKinds } from '../problems/problem-kinds.ts';
import { apiSchemas } from './api-schemas.ts';

const kindAnswer = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int().register(apiSchemas, { description: 'the usual one' }),
  meaning: z.string(),
});

/** Where the `type` of a problem document leads: what the kind means. */
export const addProblemKindRoute = (app: GatewayApp): void => {
  const schema = {
    operationId: 'explainProblem',
    tags: ['problems'],
    summary: 'Explain a kind of problem',
    params: z.strictObject({ kind: z.string().max(64) }),
    response: { 200: kindAnswer },
  };
  app.get('/problems/:kind', { schema }, async ({ params: { kind } }) => {
    if (!isProblemKind(kind)) throw new Problem('not-found', 'there is no such kind of problem');
    return { type: `/problems/${kind}`, ...problemKinds[kind] };
  });
};
