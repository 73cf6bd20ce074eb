import { pino } from 'pino';
import type { OutgoingEvent } from '../../src/contracts/define-event.ts';
import type { ServiceStream } from '../../src/contracts/streams.ts';
import type { Scope } from '../../src/infra/di/token.ts';
import type { NatsOptions } from '../../src/infra/nats/connect.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { Metrics } from '../../src/infra/observability/metrics.ts';
import type { AnyService } from '../../src/infra/pipeline/define-service.ts';
import type { InboundMessage } from '../../src/infra/pipeline/delivery.ts';
import type { Bus, Published } from '../../src/infra/pipeline/ports.ts';
import {
  type RunningService,
  type ServiceParts,
  startService,
} from '../../src/infra/runtime/start-service.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import type { NatsServer } from './nats-server.ts';

type Environment = ServiceParts['environment'];

export interface ServiceOnServer {
  readonly environment?: Partial<Environment>;
  readonly provide?: (scope: Scope) => void;
  /** How it differs from one server without limits. */
  readonly broker?: Partial<NatsOptions>;
}

/** A service in this process, with a connection, a log and metrics of its own. */
export interface ServiceUnderTest extends AsyncDisposable {
  readonly bus: NatsBus;
  readonly metrics: Metrics;
  readonly running: RunningService;
  /** The lines of its log so far. */
  readonly log: Readonly<Record<string, unknown>>[];
}

/** Starts a service as its process would, on a test's server. */
export const startOnServer = async (
  service: AnyService,
  server: NatsServer,
  { environment = {}, provide, broker = {} }: ServiceOnServer = {},
): Promise<ServiceUnderTest> => {
  const log: Readonly<Record<string, unknown>>[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => void log.push(JSON.parse(line)) });
  const bus = await NatsBus.connect(
    { servers: [server.url], name: service.name, replicas: 1, storage: 'file', ...broker },
    { onTrouble: (what) => logger.warn({ what }, 'broker trouble') },
  );
  const metrics = new Metrics(service.name);
  const starting = startService(service, {
    bus,
    logger,
    metrics,
    clock: systemClock,
    provide,
    environment: {
      CONCURRENCY: 64,
      PREFETCH: 128,
      HANDLER_TIMEOUT_MS: 5_000,
      DRAIN_TIMEOUT_MS: 5_000,
      ACK_WAIT_MS: 30_000,
      ...environment,
    },
  });
  const running = await starting.catch(async (error) => {
    await bus[Symbol.asyncDispose]();
    throw error;
  });
  return {
    bus,
    metrics,
    running,
    log,
    [Symbol.asyncDispose]: async () => {
      await running.stop();
      await bus[Symbol.asyncDispose]();
    },
  };
};

/** Publishes as the gateway does. */
export const publish = (bus: Bus, event: OutgoingEvent, id: string): Promise<Published> => {
  const { type, version } = event.contract;
  const time = new Date().toISOString();
  const envelope = { id, type, version, source: '/test', time, correlationId: id };
  return bus.publisher.publish(event, envelope, 20_000);
};

/** Everything that a stream holds under a filter now. */
export const contentsOf = async (
  bus: Bus,
  stream: ServiceStream,
  filter: string,
): Promise<InboundMessage[]> => {
  const taken: InboundMessage[] = [];
  const take = (message: InboundMessage) => void taken.push(message);
  const follower = bus.follow({ stream, filters: [filter], from: 1, take });
  await follower.caughtUp;
  await follower.stop();
  return taken;
};

export const textOf = ({ body }: InboundMessage): string => Buffer.from(body).toString('utf8');
