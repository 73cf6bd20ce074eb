import type { FastifyRequest } from 'fastify';
import type { GatewayApp } from '../edge/create-app.ts';
import { Problem } from '../problems/problem.ts';
import type { Caller, Role, Tokens } from './tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by {@link requireCaller}; read it with {@link callerOf}. */
    caller: Caller | null;
  }
}

/** Gives requests a place for their caller. */
export const rememberCallers = (app: GatewayApp): void => {
  app.decorateRequest('caller', null);
};

/** Lets only requests with a valid token pass, before their body is read. */
export const requireCaller =
  (tokens: Tokens) =>
  async (request: FastifyRequest): Promise<void> => {
    const [, token] = /^Bearer +([^ ]+) *$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) throw missingToken();
    request.caller = await tokens.read(token);
  };

/** Lets only requests pass whose token carries a role. */
export const requireRole = (tokens: Tokens, role: Role) => {
  const knowCaller = requireCaller(tokens);
  return async (request: FastifyRequest): Promise<void> => {
    await knowCaller(request);
    if (callerOf(request).roles.includes(role)) return;
    throw new Problem('missing-role', `this needs the role "${role}"`);
  };
};

/** Who a request comes from. @throws Problem `missing-token` on a route that does not ask for one */
export const callerOf = ({ caller }: Pick<FastifyRequest, 'caller'>): Caller => {
  if (!caller) throw missingToken();
  return caller;
};

const missingToken = (): Problem =>
  new Problem('missing-token', 'send the header Authorization: Bearer <token>', {
    headers: { 'www-authenticate': 'Bearer realm="millrace"' },
  });
