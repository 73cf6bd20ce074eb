import type { FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.ts';

/** Whose Idempotency-Key a request with a token carries: the user's. */
export const ownerOf = (request: Pick<FastifyRequest, 'caller'>): readonly string[] => [
  'user',
  callerOf(request).userId,
];
