import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { answerClientError } from '../problems/answer-client-error.ts';
import { answerProblem } from '../problems/answer-problems.ts';
import { validatorCompiler } from '../problems/validate.ts';
import { secureHeaders } from './secure-headers.ts';

/** The HTTP server, with bodies, parameters and answers typed by their zod schemas. */
export type GatewayApp = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** The longest body. */
const bodyBytes = 64 * 1024;

/** A product id of 128 characters, each four bytes, percent-encoded. */
const longestParameter = 128 * 4 * 3;

/** Makes the server without routes: what holds for each of them is set here. */
export const createApp = (
  logger: FastifyBaseLogger,
  trustProxy: boolean | string | string[],
): GatewayApp => {
  const app: GatewayApp = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    requestIdHeader: false,
    bodyLimit: bodyBytes,
    trustProxy,
    requestTimeout: 15_000,
    keepAliveTimeout: 65_000,
    http: { headersTimeout: 10_000, maxHeaderSize: 16 * 1024 },
    return503OnClosing: false,
    routerOptions: { maxParamLength: longestParameter, querystringParser },
    frameworkErrors: (error, request, reply) => {
      void answerProblem(error, request, reply.headers(secureHeaders));
    },
    clientErrorHandler: answerClientError,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  // Answers come from queries and facts that were checked by their contracts.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  return app;
};

/** The caller's request id when it is a plain token, else a new one. */
const requestId = ({ headers }: IncomingMessage): string => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
};

/** A parameter without a value counts as not given, as forms send it. */
const querystringParser = (query: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(parse(query)).filter(([, value]) => value !== ''));
