import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { busConformance } from './bus.suite.ts';

let server: NatsServer;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(async () => {
  await server?.stop();
});

busConformance(
  'the bus on NATS',
  async () => {
    const bus = await NatsBus.connect({
      servers: [server.url],
      name: `test-${randomUUID().slice(0, 8)}`,
      replicas: 1,
      storage: 'file',
    });
    return {
      bus,
      now: () => Date.now(),
      advance: (ms) => sleep(ms),
      restart: () => server.restart(),
      [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
    };
  },
  { survivesRestart: true },
);
