import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.ts';
import type { GatewayApp } from './create-app.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Takes bodies of `application/json` in UTF-8 and nothing else.
 *
 * A body that would set an object's prototype is refused. An empty one counts as none, as clients
 * send with DELETE.
 */
export const readJsonOnly = (app: GatewayApp): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) =>
      body.length === 0 ? undefined : parseJson(body),
  );
};

const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(decoder.decode(body), refusePrototypes);
  } catch (cause) {
    throw new Problem('malformed-json', 'the body is not one JSON value in UTF-8', {}, { cause });
  }
};

const refusePrototypes = (key: string, value: unknown): unknown => {
  if (key === '__proto__') throw new SyntaxError('a body may not set a prototype');
  return value;
};
