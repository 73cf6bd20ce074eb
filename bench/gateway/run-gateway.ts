import { BenchServer } from '../bench-server.ts';
import type { BenchParts } from '../comparison.ts';
import type { LayerTimes } from '../cpu-profile.ts';
import { processCpuMicros } from '../process-cpu.ts';
import { TaskProcess } from '../task-process.ts';
import type { GatewayLoad, GatewayLoadOrder } from './gateway-load.ts';
import type { GatewayServerOrder, GatewayUse } from './gateway-server.ts';
import { type GatewayWay, newKeyPem } from './gateway-ways.ts';

/** How many requests are open at a time. */
export const connections = 64;

export interface GatewayCase {
  readonly way: GatewayWay;
  readonly seconds: number;
  readonly profile?: string | undefined;
}

/** What one way did in one round. */
export interface GatewayResult extends GatewayLoad {
  readonly gatewayMicros: number;
  /** Nothing where the system does not say what another process used. */
  readonly brokerMicros: number | undefined;
  readonly layers: LayerTimes | undefined;
}

/** Loads one way from a process of its own, on a broker of its own. */
export const runGateway = async (
  { way, seconds, profile }: GatewayCase,
  { binary, signal }: Pick<BenchParts, 'binary' | 'signal'>,
): Promise<GatewayResult> => {
  await using broker = await BenchServer.start(binary);
  const keyPem = newKeyPem();
  const { server, url } = await listening({ way, natsUrl: broker.url, keyPem, profile }, signal);
  await using gateway = server;
  await using load = loading(
    { url, keyPem, connections, warmUpSeconds: Math.min(2, seconds), seconds },
    signal,
  );
  await Promise.race([load.warm, gateway.result]);
  const before = processCpuMicros(broker.pid);
  gateway.tell('measure');
  load.task.tell('go on');
  const seen = await load.task.result;
  const after = processCpuMicros(broker.pid);
  gateway.tell('end');
  const used = await gateway.result;
  const each = (micros: number): number => micros / seen.requests;
  return {
    ...seen,
    gatewayMicros: each(used.cpuMicros),
    brokerMicros: before === undefined || after === undefined ? undefined : each(after - before),
    layers: used.layers?.map(([layer, micros]) => [layer, each(micros)] as const),
  };
};

const listening = async (order: GatewayServerOrder, signal: AbortSignal) => {
  let hear = (_url: string): void => {};
  const said = new Promise<string>((resolve) => {
    hear = resolve;
  });
  const server = new TaskProcess<GatewayUse, string>('gateway-server', order, {
    signal,
    onSaid: (url) => hear(url),
    // Its log goes where nobody reads it: what writing it costs is part of a request.
    output: 'ignore',
  });
  const ended = server.result.then(() => Promise.reject(new Error(`${order.way} has ended early`)));
  return { server, url: await Promise.race([said, ended]) };
};

const loading = (order: GatewayLoadOrder, signal: AbortSignal) => {
  let hear = (): void => {};
  const warm = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const task = new TaskProcess<GatewayLoad>('gateway-load', order, {
    signal,
    onSaid: () => hear(),
  });
  return { task, warm, [Symbol.asyncDispose]: () => task[Symbol.asyncDispose]() };
};
