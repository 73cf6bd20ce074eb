import { cartStream } from '../contracts/cart/stream.ts';
import { productStream } from '../contracts/product/stream.ts';
import { userStream } from '../contracts/user/stream.ts';
import type { Logger } from '../infra/observability/logger.ts';
import type { Metrics } from '../infra/observability/metrics.ts';
import { hashPassword } from '../infra/passwords/password-hash.ts';
import type { Clock } from '../infra/pipeline/clock.ts';
import type { Bus } from '../infra/pipeline/ports.ts';
import type { RequestTracing } from '../infra/pipeline/tracing.ts';
import { brokerTroubles } from '../infra/runtime/broker-troubles.ts';
import type { GatewayEnvironment } from '../infra/runtime/config.ts';
import { reportReplica } from '../infra/runtime/report-replica.ts';
import { packageVersion, reportProcess } from '../infra/runtime/report-service.ts';
import type { Running } from '../infra/runtime/running.ts';
import { createTokens } from './auth/tokens.ts';
import { FollowedOutcomes } from './outcomes/followed-outcomes.ts';
import type { GatewayPorts } from './ports.ts';
import { mayBeRepeated } from './publishing/idempotency-key.ts';
import { buildServer } from './server.ts';

const streams = [userStream, productStream, cartStream];

export interface GatewayParts {
  readonly bus: Bus;
  readonly environment: Pick<
    GatewayEnvironment,
    'HTTP_HOST' | 'HTTP_PORT' | 'CATALOGUE_USERS' | 'RATE_LIMIT_PER_MINUTE' | 'DRAIN_TIMEOUT_MS'
  >;
  /** The Ed25519 keys of its tokens, PKCS #8 in PEM. */
  readonly keyPem: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly tracing?: RequestTracing | undefined;
}

export interface RunningGateway extends Running {
  /** Where it listens. */
  readonly url: string;
}

/**
 * Starts the gateway on a bus: it follows outcomes, and listens.
 *
 * @throws when the port is taken or the keys cannot be read; BusUnavailable, TopologyConflict
 */
export const startGateway = async (parts: GatewayParts): Promise<RunningGateway> => {
  const { bus, environment, metrics, clock } = parts;
  await bus.ensure({ streams: [], others: streams, consumers: [] });
  const outcomes = FollowedOutcomes.follow({ bus, streams, clock, mayBeRepeated });
  const app = await buildServer(await portsOf(parts, outcomes), {
    version: packageVersion(),
    requestsPerMinute: environment.RATE_LIMIT_PER_MINUTE,
  });
  reportProcess(metrics, bus);
  const url = await app.listen({ host: environment.HTTP_HOST, port: environment.HTTP_PORT });
  let isStopping = false;
  const notReady = () => [
    ...(isStopping ? ['draining'] : []),
    ...brokerTroubles(bus),
    ...(outcomes.isFollowing() ? [] : ['not following outcomes']),
  ];
  reportReplica({ bus, metrics, clock, notReady, inFlight: () => 0 });
  bus.roll?.show('gateway');
  return {
    url,
    notReady,
    stop: async () => {
      isStopping = true;
      // A client that never ends its request must not hold up the rollout.
      const cancel = clock.after(environment.DRAIN_TIMEOUT_MS, () =>
        app.server.closeAllConnections(),
      );
      await app.close();
      cancel();
      await outcomes[Symbol.asyncDispose]();
    },
  };
};

const portsOf = async (
  { bus, environment, keyPem, logger, metrics, clock, tracing }: GatewayParts,
  outcomes: FollowedOutcomes,
): Promise<GatewayPorts> => ({
  publisher: tracing ? tracing.publisher(bus.publisher) : bus.publisher,
  tracing,
  queries: bus.queries,
  outcomes,
  tokens: await createTokens({ keyPem, catalogueUsers: environment.CATALOGUE_USERS, clock }),
  clock,
  logger,
  hashPassword,
  isConnected: () => bus.isConnected(),
  onRequestDone: ({ method, route, status, seconds, trace }) =>
    metrics
      .histogram('millrace_http_request_seconds', { method, route, status: String(status) })
      .observe(seconds, trace, clock.now()),
  onPublished: (type, outcome, seconds) => {
    metrics.counter('millrace_published_events_total', { type, outcome }).inc();
    metrics.histogram('millrace_publish_seconds', { outcome }).observe(seconds);
  },
});
