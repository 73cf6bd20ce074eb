import type { GatewayPorts } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import type { GatewayApp } from './create-app.ts';
import { sampledTraceOf, traceFieldsOf } from './request-traces.ts';
import { secureHeaders } from './secure-headers.ts';

/** Headers, refusal while stopping, log line and measurement: what every request goes through. */
export const attendEveryRequest = (
  app: GatewayApp,
  { onRequestDone }: Pick<GatewayPorts, 'onRequestDone'>,
  stopping: AbortSignal,
): void => {
  // Its lines hold what is named here and nothing else. Looking through each of them for what must
  // not be written, as is done with all others, made most of a request's garbage.
  const log = app.log.child({}, { redact: [] });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...secureHeaders, 'x-request-id': request.id });
    if (stopping.aborted) {
      const headers = { 'retry-after': '1', connection: 'close' };
      throw new Problem('stopping', 'this replica is stopping', { headers });
    }
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unmatched';
    const seconds = reply.elapsedTime / 1000;
    const trace = sampledTraceOf(request);
    onRequestDone?.({ method, route, status: reply.statusCode, seconds, trace });
    const ms = Math.round(reply.elapsedTime);
    const facts = { reqId: request.id, method, route, status: reply.statusCode, ms };
    log.info({ ...facts, ...traceFieldsOf(request) }, 'request done');
  });
};
