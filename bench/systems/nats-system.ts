import { versionAt } from '../../src/cli/provision/accept.ts';
import { tools } from '../../src/cli/provision/tools.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { factData, facts, requestData, requests } from '../bench-events.ts';
import { BenchServer, type BenchServerOptions } from '../bench-server.ts';
import { clusterLines } from '../durability/setups.ts';
import { fillStream } from '../flood/fill-stream.ts';
import type { RunningSystem, System } from './system.ts';

export interface NatsSystemOptions {
  readonly servers: 1 | 3;
  /** `sync_interval` of nats-server; its default is two minutes. */
  readonly sync: 'default' | 'always';
  /** The stream that is there when a row begins. */
  readonly stream: 'facts' | 'requests';
  /** Whether the row's events are in it. */
  readonly isFilled: boolean;
}

/** nats-server with file storage, alone or three of them on this machine. */
export const natsSystem = ({ servers, sync, stream, isFilled }: NatsSystemOptions): System => ({
  name: 'nats-server',
  find: async ({ natsServer }) => ({
    kind: 'found',
    version: await versionAt(natsServer, tools['nats-server']),
    start: async (events) => {
      const jetStream = sync === 'default' ? '' : `sync_interval: ${sync}`;
      const lines = servers === 1 ? [''] : await clusterLines();
      const options = lines.map((more): BenchServerOptions => ({ jetStream, more }));
      const started = await Promise.all(options.map((one) => BenchServer.start(natsServer, one)));
      const running = runningSystem(started);
      try {
        await prepare(urls(started), stream, isFilled ? events : 0);
      } catch (error) {
        await running[Symbol.asyncDispose]();
        throw error;
      }
      return running;
    },
  }),
});

const urls = (servers: readonly BenchServer[]): string[] => servers.map(({ url }) => url);

const runningSystem = (servers: readonly BenchServer[]): RunningSystem => ({
  address: urls(servers).join(','),
  pids: servers.map(({ pid }) => pid),
  [Symbol.asyncDispose]: async () => {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  },
});

/** The streams that can be there, and what they are filled with. */
const fillings = {
  facts: { stream: facts.stream, make: (index: number) => facts.ItemAdded(factData(index)) },
  requests: { stream: requests.stream, make: (index: number) => requests.Add(requestData(index)) },
} as const;

const prepare = async (
  servers: readonly string[],
  name: keyof typeof fillings,
  events: number,
): Promise<void> => {
  const { stream, make } = fillings[name];
  const replicas = servers.length;
  await using bus = await NatsBus.connect({ servers, name: 'prepare', replicas, storage: 'file' });
  await bus.ensure({ streams: [stream], consumers: [] });
  await fillStream(bus, stream, events, make);
};
