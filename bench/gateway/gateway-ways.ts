import { generateKeyPairSync } from 'node:crypto';
import Fastify from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { cartItem, quantity } from '../../src/contracts/cart/fields.ts';
import { UserRegister } from '../../src/contracts/user/user-register.ts';
import { validatorCompiler } from '../../src/gateway/problems/validate.ts';
import { newEventId } from '../../src/gateway/publishing/idempotency-key.ts';
import { writeHeaders } from '../../src/gateway/routes/answers.ts';
import { startGateway } from '../../src/gateway/start-gateway.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { openLogger } from '../../src/infra/observability/logger.ts';
import { Metrics } from '../../src/infra/observability/metrics.ts';
import type { EventPublisher } from '../../src/infra/pipeline/ports.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';

/** What answers the requests. */
export type GatewayWay = 'route' | 'unpublished' | 'gateway';

/** Something that listens. */
export interface Listening {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The key that signs the tokens of a run. */
export const newKeyPem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The route with its checks and its answer, and nothing around it. */
export const startRoute = async (): Promise<Listening> => {
  const app = Fastify().withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  const body = z.strictObject({ productId: cartItem.productId, quantity });
  const answer = z.object({ id: z.string(), type: z.string(), status: z.literal('accepted') });
  const schema = { body, headers: writeHeaders, response: { 202: answer } };
  app.post('/carts/me/items', { schema }, async (_request, reply) => {
    reply.code(202).header('link', '</carts/me>; rel="related"');
    return { id: newEventId(), type: 'cart.add', status: 'accepted' as const };
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, stop: () => app.close() };
};

const nowhere: EventPublisher = {
  publish: async (event, { id }) => {
    const { name: stream } = event.contract.stream;
    return { id, stream, sequence: 1, duplicate: false };
  },
};

/** The gateway as it runs in production, or with nothing behind its publisher. */
export const startWholeGateway = async (
  way: Exclude<GatewayWay, 'route'>,
  { natsUrl, keyPem }: { readonly natsUrl: string; readonly keyPem: string },
): Promise<Listening> => {
  const bus = await NatsBus.connect({
    name: 'gateway',
    servers: [natsUrl],
    replicas: 1,
    storage: 'file',
  });
  const gateway = await startGateway({
    bus: way === 'gateway' ? bus : Object.assign(bus, { publisher: nowhere }),
    environment: {
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 0,
      CATALOGUE_USERS: [],
      RATE_LIMIT_PER_MINUTE: 1_000_000,
      DRAIN_TIMEOUT_MS: 1_000,
    },
    keyPem,
    logger: openLogger({
      service: 'gateway',
      level: 'info',
      format: 'json',
      contracts: [UserRegister],
    }),
    metrics: new Metrics('gateway'),
    clock: systemClock,
  });
  return {
    url: gateway.url,
    stop: async () => {
      await gateway.stop();
      await bus[Symbol.asyncDispose]();
    },
  };
};
