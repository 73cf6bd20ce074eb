import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import type { NatsServer } from '../../support/nats-server.ts';
import { type Scenario, scenario } from '../scenario.ts';
import type { World } from '../world/world.ts';

/** The program of an older server, for whoever has one. */
const older = process.env['NATS_SERVER_OLDER'] ?? '';
const newer = (): string => process.env['NATS_SERVER'] ?? 'nats-server';

/** As an orchestrator ends a server: 30 s is the least that it accepts. */
const lameDuck = 'lame_duck_duration: "30s"\nlame_duck_grace_period: "2s"';

const upgrade = (definition: Omit<Scenario, 'unavailable'>): Scenario =>
  scenario({
    ...definition,
    unavailable: () =>
      older ? undefined : 'NATS_SERVER_OLDER names no older nats-server (docs/faults.md)',
  });

const versionOf = async ({ url }: NatsServer): Promise<string> => {
  const connection = await connect({ servers: url, name: 'version' });
  const version = connection.info?.version ?? 'unknown';
  await connection.close();
  return version;
};

/** Ends a server in this way, and starts another program over what it stored. */
const replace = async (
  { note, insist }: World,
  server: NatsServer,
  { binary, signal }: { readonly binary: string; readonly signal: 'SIGTERM' | 'SIGUSR2' },
): Promise<void> => {
  const before = await insist(() => versionOf(server));
  note(`${signal} to ${server.url}, which is version ${before}`);
  await server.kill(signal);
  server.use(binary);
  await server.start();
  const after = await insist(() => versionOf(server));
  note(`it is version ${after} now`);
  if (before === after) throw new Error(`nothing is replaced: both are version ${after}`);
};

/** One after the other, as soon as the one before is there again and has been given some time. */
const replaceAll = async (
  world: World,
  how: {
    readonly binary: string;
    readonly signal: 'SIGTERM' | 'SIGUSR2';
    readonly pauseMs: number;
  },
): Promise<void> => {
  for (const server of world.broker.servers) {
    await replace(world, server, how);
    await sleep(how.pauseMs);
  }
};

export const upgradeServer = upgrade({
  name: 'upgrade-server',
  says: 'the server is NATS_SERVER_OLDER, is told to stop (SIGTERM), and starts again as NATS_SERVER',
  target: 'server',
  brokerConfig: { binary: older },
  longestStallMs: 10_000,
  strike: async (world) => {
    await world.load.share(0.3);
    await replaceAll(world, { binary: newer(), signal: 'SIGTERM', pauseMs: 0 });
  },
});

export const upgradeServers = upgrade({
  name: 'upgrade-servers',
  says: 'three servers are NATS_SERVER_OLDER and become NATS_SERVER one by one, as lame ducks (SIGUSR2)',
  target: 'cluster',
  broker: 'cluster',
  brokerConfig: { binary: older, extraConfig: lameDuck },
  load: { events: 6_000, perSecond: 120 },
  longestStallMs: 15_000,
  strike: async (world) => {
    await world.load.share(0.1);
    await replaceAll(world, { binary: newer(), signal: 'SIGUSR2', pauseMs: 2_000 });
  },
});

export const downgradeServers = upgrade({
  name: 'downgrade-servers',
  says: 'three servers become NATS_SERVER_OLDER and then NATS_SERVER again, one by one (SIGTERM)',
  target: 'cluster',
  broker: 'cluster',
  load: { events: 6_000, perSecond: 200 },
  longestStallMs: 15_000,
  strike: async (world) => {
    await world.load.share(0.05);
    await replaceAll(world, { binary: older, signal: 'SIGTERM', pauseMs: 2_000 });
    await replaceAll(world, { binary: newer(), signal: 'SIGTERM', pauseMs: 2_000 });
  },
});
