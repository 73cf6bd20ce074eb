import { randomUUID } from 'node:crypto';
import {
  freePort,
  type NatsServer,
  type NatsServerOptions,
  startNatsServer,
} from './nats-server.ts';

/** Three servers that keep the same streams; whoever starts them stops them. */
export class NatsCluster implements AsyncDisposable {
  readonly servers: readonly NatsServer[];

  constructor(servers: readonly NatsServer[]) {
    this.servers = servers;
  }

  get urls(): string[] {
    return this.servers.map(({ url }) => url);
  }

  /** The server of this name; the broker names leaders so. */
  named(name: string): NatsServer {
    const server = this.servers[Number(name.slice(1))];
    if (!server) throw new Error(`no server ${name}`);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

/** Starts a cluster of three on free ports of the loopback. */
export const startNatsCluster = async ({
  extraConfig = '',
  jetstreamConfig = '',
  ...others
}: Omit<NatsServerOptions, 'store'> = {}): Promise<NatsCluster> => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const routes = ports.map((port) => `nats-route://127.0.0.1:${port}`).join(', ');
  // Of its own: servers of another test may still look for one that had a port of these before.
  const name = randomUUID();
  const started = await Promise.allSettled(
    ports.map((port, index) =>
      startNatsServer({
        ...others,
        jetstreamConfig,
        extraConfig: `server_name: n${index}\ncluster { name: "${name}", listen: "127.0.0.1:${port}", routes: [${routes}] }\n${extraConfig}`,
      }),
    ),
  );
  const servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const cluster = new NatsCluster(servers);
  const failed = started.find((one) => one.status === 'rejected');
  if (!failed) return cluster;
  await cluster[Symbol.asyncDispose]();
  throw failed.reason;
};
