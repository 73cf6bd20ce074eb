import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureTokenKey } from '../../src/cli/start/data-folder.ts';
import { freePort } from '../../src/cli/start/free-port.ts';
import type { NatsServer } from './nats-server.ts';
import { soon } from './soon.ts';
import { WorkerProcess } from './worker-process.ts';

const services = ['user', 'product', 'cart'] as const;
type Name = (typeof services)[number] | 'gateway';

/** What a process is told besides where its broker is. */
export type Environments = Readonly<Partial<Record<Name, Readonly<Record<string, string>>>>>;

/** The shop as processes of its own, without whatever `npm start` does around it. */
export class ShopProcesses implements AsyncDisposable {
  readonly url: string;
  readonly #processes: ReadonlyMap<Name, WorkerProcess>;
  readonly #folder: string;
  #token = '';

  private constructor(url: string, processes: ReadonlyMap<Name, WorkerProcess>, folder: string) {
    this.url = url;
    this.#processes = processes;
    this.#folder = folder;
  }

  /** Starts gateway and workers, and waits until all are ready. */
  static async start(server: NatsServer, environments: Environments): Promise<ShopProcesses> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-shop-'));
    const tokenKey = join(folder, 'key.pem');
    await ensureTokenKey(tokenKey);
    const port = String(await freePort());
    const common = { NATS_URL: server.url, LOG_LEVEL: 'debug' };
    const processes = new Map<Name, WorkerProcess>(
      services.map((name) => [name, new WorkerProcess(name, { ...common, ...environments[name] })]),
    );
    const door = { HTTP_HOST: '127.0.0.1', HTTP_PORT: port, TOKEN_KEY_FILE: tokenKey };
    const environment = { ...common, ...door, CATALOGUE_USERS: 'cleo', ...environments.gateway };
    const program = resolve(import.meta.dirname, '../../dist/gateway/main.js');
    processes.set('gateway', new WorkerProcess('gateway', environment, program));
    const shop = new ShopProcesses(`http://127.0.0.1:${port}`, processes, folder);
    await Promise.all([...processes.values()].map(untilReady));
    return shop;
  }

  process(name: Name): WorkerProcess {
    const found = this.#processes.get(name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  }

  /** Registers somebody and is them from now on. */
  async registerAs(username: string): Promise<void> {
    const password = 'correct horse';
    await this.ask('POST', '/users', { username, password, email: `${username}@example.org` });
    const answer = await this.ask('POST', '/sessions', { username, password });
    this.#token = String(answer['token']);
  }

  /** Asks the gateway for something and waits for its outcome. @throws when it is refused */
  async ask(
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        prefer: 'wait=20',
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok || response.status === 202)
      throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** Asks all of them to end: their exit codes. */
  async end(): Promise<(number | NodeJS.Signals | null)[]> {
    for (const each of this.#processes.values()) each.signal('SIGTERM');
    return Promise.all([...this.#processes.values()].map((each) => each.ends()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes.values()].map((each) => each[Symbol.asyncDispose]()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const untilReady = (process: WorkerProcess): Promise<void> =>
  soon(async () => {
    const { ok } = await fetch(`${process.healthUrl}/readyz`);
    if (!ok) throw new Error('it is not ready');
  }, 30_000);
