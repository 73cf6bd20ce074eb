import { setTimeout as sleep } from 'node:timers/promises';
import { StorageType } from 'nats';
import { type Scenario, scenario } from '../scenario.ts';
import type { World } from '../world/world.ts';

/** Ends the server in this way and starts it again later, at these shares of the load. */
const restart =
  (signal: NodeJS.Signals, downMs: number, parts: readonly number[]): Scenario['strike'] =>
  async ({ broker, load, note }) => {
    for (const part of parts) {
      await load.share(part);
      for (const server of broker.servers) {
        note(`${signal} to the server`);
        await server.kill(signal);
        await sleep(downMs);
        await server.start();
      }
    }
  };

export const killServer = scenario({
  name: 'kill-server',
  says: 'the server is killed (-9) and starts again, four times',
  target: 'server',
  longestStallMs: 10_000,
  strike: restart('SIGKILL', 200, [0.15, 0.3, 0.45, 0.6]),
});

export const stopServer = scenario({
  name: 'stop-server',
  says: 'the server is told to stop (SIGTERM) and starts again after three seconds, twice',
  target: 'server',
  longestStallMs: 13_000,
  strike: restart('SIGTERM', 3_000, [0.2, 0.5]),
});

export const longOutage = scenario({
  name: 'long-outage',
  says: 'the server is gone for twenty-five seconds: clients that give up would have',
  target: 'server',
  load: { events: 2_000 },
  strike: restart('SIGKILL', 25_000, [0.4]),
});

export const frozenServer = scenario({
  name: 'frozen-server',
  says: 'the server stands still (SIGSTOP) for eight seconds, twice: connected, and no answer',
  target: 'server',
  strike: async ({ broker, load, note }) => {
    for (const part of [0.2, 0.5]) {
      await load.share(part);
      note('SIGSTOP to the server');
      for (const server of broker.servers) await server.kill('SIGSTOP');
      await sleep(8_000);
      for (const server of broker.servers) await server.kill('SIGCONT');
    }
  },
});

const adminUser = '{ user: admin, password: admin }';
const workerUser = (permissions: string): string =>
  `authorization { users: [${adminUser}, { user: anyone, password: anyone ${permissions} }] }\n` +
  'no_auth_user: anyone';
const revoked =
  ', permissions: { publish: { deny: ["$JS.API.CONSUMER.MSG.NEXT.>", "$JS.ACK.>", "fact.>", "state.>"] } }';

export const revokedPermissions = scenario({
  name: 'revoked-permissions',
  says: 'the workers may not pull, commit or acknowledge for five seconds, twice, by a reload',
  target: 'server',
  brokerConfig: { extraConfig: workerUser('') },
  load: { events: 5_000 },
  strike: async ({ broker, load, note }) => {
    const [server] = broker.servers;
    for (const part of [0.2, 0.5]) {
      await load.share(part);
      note('permissions are revoked');
      await server?.reload({ extraConfig: workerUser(revoked) });
      await sleep(5_000);
      note('permissions are given back');
      await server?.reload({ extraConfig: workerUser('') });
    }
  },
});

const filler = 'FILLER';

/** Stores something else until there is no room left. */
const fillStorage = async ({ admin }: World): Promise<void> => {
  const { streams } = await admin.jetstreamManager();
  await streams.add({ name: filler, subjects: ['filler'], storage: StorageType.File });
  for (const size of [256_000, 16_000, 1_000, 100]) {
    const chunk = new Uint8Array(size);
    try {
      for (;;) await admin.jetstream().publish('filler', chunk);
    } catch {
      // Full for chunks of this size.
    }
  }
};

export const fullStorage = scenario({
  name: 'full-storage',
  says: 'the storage of the account is full for six seconds: nothing is accepted, nothing is lost',
  target: 'server',
  brokerConfig: { jetstreamConfig: 'max_file_store: 30MB' },
  strike: async (world) => {
    await world.load.share(0.3);
    await fillStorage(world);
    world.note('the storage is full');
    await sleep(6_000);
    const { streams } = await world.admin.jetstreamManager();
    await streams.delete(filler);
    world.note('there is room again');
  },
});
