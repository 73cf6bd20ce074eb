import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureTokenKey } from '../../../src/cli/start/data-folder.ts';
import { Worker } from '../../faults/world/worker.ts';
import { freePort, type NatsServer, startNatsServer } from '../../support/nats-server.ts';

const dist = resolve(import.meta.dirname, '../../../dist');

/** The processes of the shop, by their names, and their programs. */
const programs = {
  user: 'workers/user/main.js',
  product: 'workers/product/main.js',
  cart: 'workers/cart/main.js',
  gateway: 'gateway/main.js',
  observer: 'observer/main.js',
} as const;
type Name = keyof typeof programs;

export interface ObservedShopOptions {
  /** Settings of every process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The real shop, one process each, at addresses that stay when a process is started again. */
export class ObservedShop implements AsyncDisposable {
  readonly broker: NatsServer;
  readonly gatewayUrl: string;
  readonly folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #ports = new Map<Name, number>();
  readonly #running = new Map<Name, Worker>();

  private constructor(
    broker: NatsServer,
    gateway: number,
    folder: string,
    environment: Readonly<Record<string, string>>,
  ) {
    this.broker = broker;
    this.gatewayUrl = `http://127.0.0.1:${gateway}`;
    this.folder = folder;
    this.#environment = {
      NATS_URL: broker.url,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(gateway),
      TOKEN_KEY_FILE: join(folder, 'key.pem'),
      NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'slow-handlers.mjs')).href}`,
      SLOW_HANDLERS_FILE: join(folder, 'slow-handlers'),
      ...environment,
    };
  }

  /** Starts everything; resolves when all are ready. */
  static async start({ environment = {} }: ObservedShopOptions = {}): Promise<ObservedShop> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-observed-'));
    const broker = await startNatsServer();
    const shop = new ObservedShop(broker, await freePort(), folder, environment);
    try {
      await ensureTokenKey(join(folder, 'key.pem'));
      const names = Object.keys(programs) as Name[];
      for (const name of names) shop.#ports.set(name, await freePort());
      await Promise.all(names.map((name) => shop.run(name)));
      return shop;
    } catch (error) {
      await shop[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What Prometheus scrapes. */
  get targets(): readonly { readonly name: string; readonly address: string }[] {
    return [...this.#ports].map(([name, port]) => ({ name, address: `127.0.0.1:${port}` }));
  }

  /** A process that runs, or ran. @throws when there never was one */
  process(name: Name): Worker {
    const process = this.#running.get(name);
    if (!process) throw new Error(`${name} was never started`);
    return process;
  }

  /** Starts a process, for the first time or again; resolves when it is ready. */
  async run(name: Name): Promise<void> {
    const process = await Worker.start({
      name,
      program: join(dist, programs[name]),
      environment: this.#environment,
      logFile: join(this.folder, `${name}.log`),
      port: this.#ports.get(name) ?? 0,
    });
    this.#running.set(name, process);
    await process.ready();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.values()].map((process) => process.end('SIGKILL')));
    await this.broker.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
