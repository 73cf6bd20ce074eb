import type { RequestTracing } from '../../infra/pipeline/tracing.ts';
import { readTraceContext } from '../publishing/trace-context.ts';
import type { GatewayApp } from './create-app.ts';
import { requestTraces } from './request-traces.ts';

/**
 * A span for each request, from its headers to its answer, within which all of it runs.
 *
 * The body comes with events of the socket, outside of all that; so it is entered again behind it.
 */
export const traceEveryRequest = (app: GatewayApp, tracing: RequestTracing): void => {
  app.addHook('onRequest', (request, _reply, done) => {
    const begun = tracing.begin(request.method, readTraceContext(request.headers));
    requestTraces.set(request, begun);
    begun.run(done);
  });
  app.addHook('preValidation', (request, _reply, done) => {
    const begun = requestTraces.get(request);
    if (begun) begun.run(done);
    else done();
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unmatched';
    requestTraces.get(request)?.end({ route, status: reply.statusCode });
  });
};
