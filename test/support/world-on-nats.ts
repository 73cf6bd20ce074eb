import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BusWatcher } from '../../src/infra/nats/bus-watcher.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import type { ConsumerDeclaration } from '../../src/infra/pipeline/ports.ts';
import { World } from '../conformance/bus-under-test.ts';
import type { NatsServer } from './nats-server.ts';

/** A connection to a test's server; whoever opens it closes it. */
export const openBus = (
  server: Pick<NatsServer, 'url'>,
  watcher: BusWatcher = {},
): Promise<NatsBus> =>
  NatsBus.connect(
    {
      servers: [server.url],
      name: `test-${randomUUID().slice(0, 8)}`,
      replicas: 1,
      storage: 'file',
      firstConnectionMs: 5000,
    },
    watcher,
  );

/** A stream and a consumer of a test's own, on its server, in real time. */
export const openWorld = (
  server: NatsServer,
  changes: Partial<ConsumerDeclaration> = {},
  watcher: BusWatcher = {},
): Promise<World> =>
  World.open(async () => {
    const bus = await openBus(server, watcher);
    return {
      bus,
      now: () => Date.now(),
      advance: (ms) => sleep(ms),
      restart: () => server.restart(),
      [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
    };
  }, changes);
