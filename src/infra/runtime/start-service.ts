import { build, newScope, provide, type Scope, type Token } from '../di/token.ts';
import type { Logger } from '../observability/logger.ts';
import { measureDeliveries } from '../observability/measure-events.ts';
import type { Metrics } from '../observability/metrics.ts';
import { Clock } from '../pipeline/clock.ts';
import { Consumption } from '../pipeline/consume.ts';
import { type Decode, decoder } from '../pipeline/decode.ts';
import type { AnyService } from '../pipeline/define-service.ts';
import {
  Backlog,
  type Bus,
  type Commit,
  type ConsumerDeclaration,
  StatesOf,
} from '../pipeline/ports.ts';
import type { Process } from '../pipeline/process.ts';
import { retryDecoder } from '../pipeline/retry-copy.ts';
import { StateCache } from '../pipeline/state-cache.ts';
import type { EventTracing } from '../pipeline/tracing.ts';
import { answerersOf, type QueryLog } from './answer-queries.ts';
import { brokerTroubles } from './broker-troubles.ts';
import { buildPipeline } from './build-pipeline.ts';
import type { WorkerEnvironment } from './config.ts';
import { followViews } from './follow-views.ts';
import { repairAcknowledged } from './repair-acknowledged.ts';
import { reportReplica } from './report-replica.ts';
import { reportService } from './report-service.ts';
import type { Running } from './running.ts';
import { tellAbandoned } from './tell-abandoned.ts';
import { topologyOf } from './topology-of.ts';
import { trimRegularly } from './trim-regularly.ts';

export interface ServiceParts {
  readonly bus: Bus;
  readonly environment: Pick<
    WorkerEnvironment,
    'CONCURRENCY' | 'PREFETCH' | 'HANDLER_TIMEOUT_MS' | 'DRAIN_TIMEOUT_MS' | 'ACK_WAIT_MS'
  > &
    Partial<Pick<WorkerEnvironment, 'TRIM_EVERY_MS'>>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly tracing?: EventTracing | undefined;
  /** Provides what the service's classes ask for besides what the runtime gives. */
  readonly provide?: ((scope: Scope) => void) | undefined;
}

export interface RunningService extends Running {
  isReady(): boolean;
}

/**
 * Starts one service on a bus: topology, read models, queries, then the consumption of its events.
 *
 * Resolves when it consumes. @throws TopologyConflict, BusUnavailable, BusRefused
 */
export const startService = async (
  service: AnyService,
  parts: ServiceParts,
): Promise<RunningService> => {
  const { bus, environment, logger } = parts;
  const topology = topologyOf(service, environment.ACK_WAIT_MS);
  await bus.ensure(topology);

  let consumptions: readonly Consumption[] = [];
  // The first consumer is that of the service's own events.
  const settledUpTo = (partition: number) => consumptions[0]?.settledUpTo(partition) ?? 0;
  const { scope, states } = scopeOf(service, parts, settledUpTo);
  const views = followViews(service.views, bus, scope, logger);
  await Promise.all(views.map(({ caughtUp }) => caughtUp));
  const queries = await bus.serve(
    service.name,
    answerersOf(service.queries, scope, queryLogOf(service, logger)),
  );

  const process = buildPipeline({
    ...parts,
    service,
    commits: commitsOf(service, parts),
    states,
    messages: (stream) => bus.messages(stream),
    suspects: bus.suspects,
    retries: service.ordering === 'none' ? bus.retries(service.stream) : undefined,
    forget: async (subject, below) => bus.upkeep?.purge(service.stream, subject, below),
    resolve: (handler) => build(scope, handler),
    timeLimitMs: environment.HANDLER_TIMEOUT_MS,
  });
  consumptions = topology.consumers.map((consumer) =>
    consumptionOf(consumer, { service, process, states }, parts),
  );
  for (const consumption of consumptions) consumption.start();

  const everyMs = environment.TRIM_EVERY_MS ?? 0;
  const endTrimming = trimRegularly({ ...parts, service, everyMs });
  const endRepairs = repairAcknowledged({ ...parts, service });
  return runningService(parts, consumptions, async () => {
    endRepairs();
    endTrimming();
    await queries[Symbol.asyncDispose]();
    await Promise.all(views.map((view) => view.stop()));
  });
};

const queryLogOf = ({ routes }: AnyService, logger: Logger): QueryLog => ({
  logger,
  personal: routes.flatMap(({ contract }) => [...contract.personal, ...contract.secret]),
});

const commitsOf = ({ stream }: AnyService, { bus, tracing }: ServiceParts): Commit =>
  tracing ? tracing.commits(bus.commits(stream), stream.name) : bus.commits(stream);

const runningService = (
  { bus, environment, logger, metrics, clock }: ServiceParts,
  consumptions: readonly Consumption[],
  close: () => Promise<void>,
): RunningService => {
  let stoppingSince: number | undefined;
  const notReady = () => [
    ...(stoppingSince === undefined ? [] : ['draining']),
    ...brokerTroubles(bus),
    ...(consumptions.every((consumption) => consumption.isPulling()) ? [] : ['not pulling']),
  ];
  const isReady = () => notReady().length === 0;
  const inFlight = () => consumptions.reduce((sum, consumption) => sum + consumption.inFlight, 0);
  reportReplica({ bus, metrics, clock, notReady, inFlight });
  reportService(metrics, bus, {
    isReady,
    inFlight,
    waitingForRetry: () => consumptions.reduce((sum, { waiting }) => sum + waiting, 0),
    drainingMs: () => stoppingSince && clock.elapsed() - stoppingSince,
    concurrency: environment.CONCURRENCY * consumptions.length,
  });
  return {
    notReady,
    isReady,
    stop: async () => {
      stoppingSince = clock.elapsed();
      const stopped = await Promise.all(
        consumptions.map((consumption) => consumption.stop(environment.DRAIN_TIMEOUT_MS)),
      );
      logger.info({ consumers: stopped }, 'drained');
      await tellAbandoned({ metrics, clock, logger }, stopped);
      await close();
    },
  };
};

/** What the classes of a service may ask for. */
const scopeOf = (
  service: AnyService,
  { bus, clock, provide: more }: ServiceParts,
  settledUpTo: (partition: number) => number,
) => {
  const scope = newScope();
  const states = new StateCache<unknown>({
    reader: bus.states(service.stream),
    stream: service.stream,
    definition: service.state,
    clock,
    settledUpTo,
  });
  bus.onReconnect(() => states.clear());
  provide(scope, Clock, clock);
  provide(scope, Backlog, bus.backlog);
  provide(scope, StatesOf, (stream) => bus.states(stream));
  provide(scope, service.state.provides as Token<unknown>, states);
  more?.(scope);
  return { scope, states };
};

const decodeOf = (
  { stream }: ConsumerDeclaration,
  { stream: own, routes, reactions }: AnyService,
): Decode => {
  const [decode, decodeFact] = [decoder(own, routes), decoder(own, reactions)];
  if (stream.role === 'retries') return retryDecoder(own, decode, decodeFact);
  return stream === own ? decode : decodeFact;
};

const consumptionOf = (
  consumer: ConsumerDeclaration,
  {
    service,
    process,
    states,
  }: { service: AnyService; process: Process; states: StateCache<unknown> },
  { bus, environment, clock, metrics }: ServiceParts,
): Consumption => {
  const own = consumer.stream === service.stream;
  return new Consumption({
    source: bus.source(consumer),
    decode: decodeOf(consumer, service),
    process,
    clock,
    concurrency: environment.CONCURRENCY,
    prefetch: environment.PREFETCH,
    ackWaitMs: environment.ACK_WAIT_MS,
    onDelivery: measureDeliveries(metrics, consumer.stream.name),
    onAcquire: (partition) => own && states.forget(partition),
  });
};
