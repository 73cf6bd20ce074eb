import { CpuProfile, type LayerTimes } from '../cpu-profile.ts';
import type { TaskContext } from '../run-task.ts';
import { type GatewayWay, startRoute, startWholeGateway } from './gateway-ways.ts';

/** What the process that answers is told. */
export interface GatewayServerOrder {
  readonly way: GatewayWay;
  readonly natsUrl: string;
  readonly keyPem: string;
  /** Where the profile is written; nothing when none is wanted. */
  readonly profile?: string | undefined;
}

/** What it used between two words of its parent. */
export interface GatewayUse {
  readonly cpuMicros: number;
  /** Nanoseconds of its own work by layer, for a million requests. */
  readonly layers: LayerTimes | undefined;
}

/** Listens and says where; what it uses from the first word on, until the second, is measured. */
export const runGatewayServer = async (
  { way, profile: path, ...order }: GatewayServerOrder,
  { say, told }: TaskContext,
): Promise<GatewayUse> => {
  const server = way === 'route' ? await startRoute() : await startWholeGateway(way, order);
  say(server.url);
  await told();
  const profile = path === undefined ? undefined : new CpuProfile();
  profile?.start();
  const before = process.cpuUsage();
  await told();
  const { user, system } = process.cpuUsage(before);
  profile?.stop();
  if (path !== undefined) profile?.write(path);
  await server.stop();
  return { cpuMicros: user + system, layers: profile?.layerTimes(1) };
};
