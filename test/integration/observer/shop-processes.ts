import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { createTokens } from '../../../src/gateway/auth/tokens.ts';
import { systemClock } from '../../../src/infra/runtime/system-clock.ts';
import { freePort, type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { WorkerProcess } from '../../support/worker-process.ts';
import { newKeyPem } from '../../unit/gateway/support/gateway.ts';

const dist = resolve(import.meta.dirname, '../../../dist');

/** The processes of a shop around a server, one after the other as a test wants them. */
export class ShopProcesses implements AsyncDisposable {
  readonly server: NatsServer;
  readonly #folder: string;
  readonly #keyPem = newKeyPem();
  readonly #processes = new Map<string, WorkerProcess>();
  #gateway = '';

  private constructor(server: NatsServer, folder: string) {
    this.server = server;
    this.#folder = folder;
  }

  static async open(): Promise<ShopProcesses> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-shop-'));
    const shop = new ShopProcesses(await startNatsServer(), folder);
    await writeFile(join(folder, 'token.pem'), shop.#keyPem);
    return shop;
  }

  /** Starts one, as `dist/<path>/main.js`; resolves when it is ready. */
  async start(path: string, environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const all = { NATS_URL: this.server.url, ...environment };
    const started = new WorkerProcess(path, all, join(dist, path, 'main.js'));
    this.#processes.set(path, started);
    await this.isReady(path);
  }

  async startGateway(): Promise<void> {
    const port = await freePort();
    this.#gateway = `http://127.0.0.1:${port}`;
    await this.start('gateway', {
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(port),
      TOKEN_KEY_FILE: join(this.#folder, 'token.pem'),
      CATALOGUE_USERS: 'cleo',
    });
  }

  add(name: string, started: WorkerProcess): void {
    this.#processes.set(name, started);
  }

  async isReady(name: string): Promise<void> {
    await soon(async () => expect((await this.get(name, '/readyz')).status).toBe(200), 20_000);
  }

  /** Asks a process on its health port. */
  async get(name: string, path: string, headers: Readonly<Record<string, string>> = {}) {
    const url = this.#processes.get(name)?.healthUrl;
    const response = await fetch(`${url}${path}`, { headers });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  /** Asks the gateway, with somebody's token. */
  async ask(method: string, path: string, body?: object, headers: object = {}): Promise<number> {
    const tokens = await createTokens({
      keyPem: this.#keyPem,
      catalogueUsers: ['cleo'],
      clock: systemClock,
    });
    const { token } = await tokens.issue({ userId: 'u-cleo', username: 'cleo' });
    const json = body ? { 'content-type': 'application/json' } : {};
    const response = await fetch(`${this.#gateway}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...json, ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    await response.arrayBuffer();
    return response.status;
  }

  async end(name: string): Promise<void> {
    await this.#processes.get(name)?.[Symbol.asyncDispose]();
    this.#processes.delete(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((name) => this.end(name)));
    await this.server.stop();
    await rm(this.#folder, { recursive: true });
  }
}
