import { createHash } from 'node:crypto';
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { foldUsername } from '../../contracts/user/fields.ts';
import type { GatewayOptions } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import type { GatewayApp } from './create-app.ts';

/** Refuses a request whose account was tried too often from its address. */
export type LimitCredentials = (request: FastifyRequest) => Promise<void>;

/**
 * Limits how many requests a minute one address makes, whatever they ask for.
 *
 * Counted in this replica's memory: n replicas let through up to n times as many.
 *
 * @returns the stricter limit of the routes that take a password, for them to apply.
 */
export const limitRates = async (
  app: GatewayApp,
  { requestsPerMinute = 600, credentialsPerMinute }: GatewayOptions,
): Promise<LimitCredentials> => {
  await app.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: 60_000,
    enableDraftSpec: true,
    errorResponseBuilder: () => tooMany('too many requests from this address'),
  });
  app.addHook('onRequest', app.rateLimit());
  const check = app.createRateLimit({
    max: credentialsPerMinute ?? Math.max(5, Math.floor(requestsPerMinute / 60)),
    timeWindow: 60_000,
    keyGenerator: accountAndAddress,
  });
  return async (request) => {
    const limit = await check(request);
    if (limit.isAllowed || !limit.isExceeded) return;
    throw tooMany('too many tries for this account from this address', limit.ttlInSeconds);
  };
};

const tooMany = (detail: string, retryAfterSeconds?: number): Problem =>
  new Problem('rate-limited', detail, {
    headers:
      retryAfterSeconds === undefined
        ? {}
        : { 'retry-after': String(Math.max(1, retryAfterSeconds)) },
  });

const withUsername = z.object({ username: z.string() });

/** The user name only as a hash: nothing readable about people stays in memory. */
const accountAndAddress = ({ body, ip, routeOptions }: FastifyRequest): string => {
  const { username } = withUsername.parse(body);
  const account = createHash('sha256').update(foldUsername(username)).digest('base64url');
  return `${routeOptions.url} ${account} ${normalizeIP(ip)}`;
};
