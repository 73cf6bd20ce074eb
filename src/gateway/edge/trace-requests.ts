import type { RequestTracing } from '../../infra/pipeline/tracing.ts';
import { readTraceContext } from '../publishing/trace-context.ts';
import type { GatewayApp } from './create-app.ts';
import { requestTraces } from './request-traces.ts';

/** A span for each request, from its headers to its answer. */
export const traceEveryRequest = (app: GatewayApp, tracing: RequestTracing): void => {
  app.addHook('onRequest', async (request) => {
    const begun = tracing.begin(request.method, readTraceContext(request.headers));
    requestTraces.set(request, begun);
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unmatched';
    requestTraces.get(request)?.end({ route, status: reply.statusCode });
  });
};
