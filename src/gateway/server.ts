import { boundedHashing } from './auth/bounded-hashing.ts';
import { rememberCallers } from './auth/caller.ts';
import { createApp, type GatewayApp } from './edge/create-app.ts';
import { attendEveryRequest } from './edge/every-request.ts';
import { limitRates } from './edge/limit-rates.ts';
import { readJsonOnly } from './edge/read-json.ts';
import { traceEveryRequest } from './edge/trace-requests.ts';
import type { GatewayOptions, GatewayPorts } from './ports.ts';
import { AllowedMethods } from './problems/allowed-methods.ts';
import { answerProblem, answerUnknownRoute } from './problems/answer-problems.ts';
import { WriteRequests } from './publishing/write-requests.ts';
import { addApiPage } from './routes/api-page.ts';
import { addCartRoutes } from './routes/carts.ts';
import { addProblemKindRoute } from './routes/problem-kinds.ts';
import { addProductReadingRoutes } from './routes/product-reading.ts';
import { addCatalogueRoutes } from './routes/products.ts';
import { requireBus } from './routes/require-bus.ts';
import type { RouteContext } from './routes/route-context.ts';
import { addUserRoutes } from './routes/users.ts';

/**
 * Builds the gateway from its ports; the caller lets it listen and closes it.
 *
 * A request's way: edge -> auth -> routes -> publishing -> outcomes; what goes wrong anywhere becomes a
 * document in problems. Closing answers those who wait for an outcome at once, with 202.
 */
export const buildServer = async (
  ports: GatewayPorts,
  options: GatewayOptions = {},
): Promise<GatewayApp> => {
  const app = createApp(ports.logger, options.trustProxy ?? false);
  answerProblems(app);
  if (ports.tracing) traceEveryRequest(app, ports.tracing);
  attendEveryRequest(app, ports, stopWithTheApp(app, ports));
  readJsonOnly(app);
  const limitCredentials = await limitRates(app, options);
  rememberCallers(app);
  await addApiPage(app, options.version ?? 'dev');
  addRoutes(app, { ...ports, ...bounded(ports, options), limitCredentials });
  await app.ready();
  return app;
};

const addRoutes = (app: GatewayApp, context: RouteContext): void => {
  addUserRoutes(app, context);
  addProductReadingRoutes(app, context);
  addCatalogueRoutes(app, context);
  addCartRoutes(app, context);
  addProblemKindRoute(app);
};

const bounded = (ports: GatewayPorts, options: GatewayOptions) => ({
  writes: new WriteRequests(ports, options),
  hashPassword: boundedHashing(ports.hashPassword, {
    atOnce: options.hashesAtOnce ?? 2,
    waiting: options.hashesWaiting ?? 32,
  }),
  requireBus: requireBus(ports, { patienceMs: options.busPatienceMs ?? 2_000, waiting: 256 }),
});

const answerProblems = (app: GatewayApp): void => {
  const methods = new AllowedMethods();
  app.addHook('onRoute', (route) => methods.add(route));
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(answerUnknownRoute((path) => methods.at(path)));
};

const stopWithTheApp = (app: GatewayApp, { outcomes }: GatewayPorts): AbortSignal => {
  const stopping = new AbortController();
  app.addHook('preClose', async () => {
    stopping.abort();
    outcomes.stopWaiting();
  });
  return stopping.signal;
};
