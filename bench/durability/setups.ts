import { BenchServer, type BenchServerOptions, freePort } from '../bench-server.ts';

/** A way to keep what is acknowledged. */
export interface Setup {
  readonly name: string;
  readonly servers: 1 | 3;
  readonly storage: 'file' | 'memory';
  /** `sync_interval` of nats-server; its default is two minutes. */
  readonly sync: 'default' | '1s' | 'always';
}

/** The first one is what the others are compared with. */
export const setups: readonly Setup[] = [
  { name: 'one server, default', servers: 1, storage: 'file', sync: 'default' },
  { name: 'one server, 1s', servers: 1, storage: 'file', sync: '1s' },
  { name: 'one server, always', servers: 1, storage: 'file', sync: 'always' },
  { name: 'one server, memory', servers: 1, storage: 'memory', sync: 'default' },
  { name: 'cluster of 3, default', servers: 3, storage: 'file', sync: 'default' },
  { name: 'cluster of 3, always', servers: 3, storage: 'file', sync: 'always' },
];

/** The servers of a setup, which whoever starts them ends. */
export class SetupServers implements AsyncDisposable {
  readonly urls: readonly string[];
  readonly #servers: readonly BenchServer[];

  private constructor(servers: readonly BenchServer[]) {
    this.#servers = servers;
    this.urls = servers.map(({ url }) => url);
  }

  /** @throws when the program cannot be run */
  static async start(binary: string, { servers, sync }: Setup): Promise<SetupServers> {
    const jetStream = sync === 'default' ? '' : `sync_interval: ${sync}`;
    const clusters = servers === 1 ? [''] : await clusterLines();
    const options = clusters.map((more): BenchServerOptions => ({ jetStream, more }));
    const started = await Promise.all(options.map((one) => BenchServer.start(binary, one)));
    return new SetupServers(started);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

/** What each server of a cluster has to know of the others. */
export const clusterLines = async (): Promise<string[]> => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const routes = ports.map((port) => `nats-route://127.0.0.1:${port}`).join(', ');
  return ports.map(
    (port, index) =>
      `server_name: n${index}\ncluster { name: bench, listen: "127.0.0.1:${port}", routes: [${routes}] }`,
  );
};
