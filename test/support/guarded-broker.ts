import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { connect, type NatsConnection, nkeyAuthenticator } from 'nats';
import { type BrokerUser, brokerUsers } from '../../src/cli/secrets/broker-users.ts';
import { permissionsFile } from '../../src/cli/secrets/permissions-file.ts';
import { changeSecrets } from '../../src/cli/secrets/run-secrets.ts';
import type { SecretsTask } from '../../src/cli/secrets/secrets-arguments.ts';
import { inboxPrefixOf } from '../../src/infra/nats/connect.ts';
import { type NatsServer, startNatsServer } from './nats-server.ts';

/** A nats-server that lets in only whom the generated files name, and lets them do only what these say. */
export class GuardedBroker implements AsyncDisposable {
  readonly server: NatsServer;
  readonly #folder: string;

  private constructor(server: NatsServer, folder: string) {
    this.server = server;
    this.#folder = folder;
  }

  /** Starts it with keys that were made for it. */
  static async start(extraConfig = ''): Promise<GuardedBroker> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-secrets-'));
    await secrets(folder, { kind: 'make' });
    await writePermissions(folder, brokerUsers);
    // The broker takes a path from the file that names it.
    const users = `include ../${basename(folder)}/broker/users.conf`;
    const server = await startNatsServer({ extraConfig: `${users}\n${extraConfig}` });
    return new GuardedBroker(server, folder);
  }

  get url(): string {
    return this.server.url;
  }

  /** Where the seed of a user is. */
  nkeyFile(user: string): string {
    return join(this.#folder, 'users', user, 'nkey');
  }

  seedOf(user: string): Promise<Buffer> {
    return readFile(this.nkeyFile(user));
  }

  /** Changes keys as `npm run nats:secrets` does, and lets the broker read them. */
  async change(task: SecretsTask): Promise<void> {
    await secrets(this.#folder, task);
    this.#reload();
  }

  /** Lets the broker go by other permissions from now on. */
  async permit(users: readonly BrokerUser[]): Promise<void> {
    await writePermissions(this.#folder, users);
    this.#reload();
  }

  /** Takes a user's key from those whom the broker lets in. */
  async lockOut(user: string): Promise<void> {
    const file = join(this.#folder, 'broker/users.conf');
    const text = await readFile(file, 'utf8');
    // The name stays in use, or the broker refuses the file of the permissions.
    const key = new RegExp(`nkey = U\\w+(?=, permissions = \\$may_${user} )`);
    await writeFile(file, text.replace(key, `nkey = ${nobodysKey}`));
    this.#reload();
  }

  /** A plain connection as a user, with nothing of Millrace between. */
  async connectAs(user: string): Promise<NatsConnection> {
    const seed = Buffer.from((await this.seedOf(user)).toString('utf8').trim());
    return connect({
      servers: this.url,
      authenticator: nkeyAuthenticator(seed),
      inboxPrefix: inboxPrefixOf(user),
    });
  }

  async copySeed(user: string, to: string): Promise<void> {
    await cp(this.nkeyFile(user), to);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #reload(): void {
    process.kill(this.server.pid, 'SIGHUP');
  }
}

/** A key whose seed nobody has. */
const nobodysKey = 'UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4';

const secrets = (folder: string, task: SecretsTask): Promise<void> =>
  changeSecrets(folder, task, ['n-0']);

const writePermissions = (folder: string, users: readonly BrokerUser[]): Promise<void> =>
  writeFile(join(folder, 'broker/permissions.conf'), permissionsFile(users));
