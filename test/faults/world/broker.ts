import type { NatsConnection } from 'nats';
import { startNatsCluster } from '../../support/nats-cluster.ts';
import {
  type NatsServer,
  type NatsServerOptions,
  startNatsServer,
} from '../../support/nats-server.ts';

/** The servers of a run. */
export interface Broker extends AsyncDisposable {
  readonly urls: readonly string[];
  readonly servers: readonly NatsServer[];
  /** How many copies a stream has here. */
  readonly replicas: number;
}

export const startBroker = async (
  kind: 'server' | 'cluster',
  options: NatsServerOptions = {},
): Promise<Broker> => {
  if (kind === 'server') {
    const server = await startNatsServer(options);
    return brokerOf([server], 1);
  }
  const cluster = await startNatsCluster(options);
  return brokerOf(cluster.servers, 3);
};

const brokerOf = (servers: readonly NatsServer[], replicas: number): Broker => ({
  servers,
  replicas,
  urls: servers.map(({ url }) => url),
  [Symbol.asyncDispose]: async () => {
    await Promise.all(servers.map((server) => server.stop()));
  },
});

/** The server that leads a stream; its name in a cluster is `n` and its index. @throws without a leader */
export const leaderOf = async (
  connection: NatsConnection,
  broker: Broker,
  stream: string,
): Promise<NatsServer> => {
  const { cluster } = await (await connection.jetstreamManager()).streams.info(stream);
  const leader = broker.servers[Number(cluster?.leader?.slice(1) ?? 0)];
  if (!leader) throw new Error(`${stream} has no leader`);
  return leader;
};
