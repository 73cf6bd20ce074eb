import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { changeSecrets } from '../../../src/cli/secrets/run-secrets.ts';
import type { Manifest } from '../../k8s/manifest.ts';
import { Cluster } from '../cluster/cluster.ts';
import { ServiceAddress } from '../cluster/service-address.ts';
import type { Secrets } from '../cluster/volumes.ts';
import { admin } from './shop-load.ts';
import type { BrokerAddress } from './stored-prices.ts';

const overlay = resolve(import.meta.dirname, '../../../k8s/overlays/prod');
const execute = promisify(execFile);

/** The overlay for real use with what everybody has to add: who may change the catalogue, and Secrets. */
export class InstalledShop implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly gateway: ServiceAddress;
  readonly #secrets: string;

  private constructor(cluster: Cluster, gateway: ServiceAddress, secrets: string) {
    this.cluster = cluster;
    this.gateway = gateway;
    this.#secrets = secrets;
  }

  /** Renders it, makes keys as an operator does, and starts everything in the order of the papers. */
  static async install(say: (line: string) => void): Promise<InstalledShop> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-installed-'));
    await changeSecrets(
      folder,
      { kind: 'make' },
      [0, 1, 2].map((n) => `nats-${n}.nats-headless`),
    );
    const manifests = await render();
    const cluster = await Cluster.create({ manifests, secrets: await secretsIn(folder), say });
    try {
      await cluster.start();
      const gateway = await ServiceAddress.open(cluster.of('gateway'), 3000);
      return new InstalledShop(cluster, gateway, folder);
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The broker as one of its users reaches it. */
  brokerAs(user: string): BrokerAddress {
    const servers = this.cluster
      .of('nats')
      .all.map(({ options }) => `nats://${options.address}:4222`);
    return { servers, nkeyFile: join(this.#secrets, 'users', user, 'nkey') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
    await this.cluster[Symbol.asyncDispose]();
    await rm(this.#secrets, { recursive: true, force: true });
  }
}

/** The overlay, and what is set on top. */
const render = async (): Promise<readonly Manifest[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'overlay-'));
  const settings = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [relative(folder, overlay)],
    configMapGenerator: [
      {
        name: 'gateway-settings',
        namespace: 'millrace',
        behavior: 'merge',
        // All people of the load come from one address.
        literals: [`CATALOGUE_USERS=${admin.username}`, 'RATE_LIMIT_PER_MINUTE=100000'],
      },
    ],
  };
  await writeFile(join(folder, 'kustomization.yaml'), stringify(settings));
  const program = process.env['KUBECTL'] ?? 'kubectl';
  const { stdout } = await execute(program, ['kustomize', folder], { maxBuffer: 2 ** 26 });
  await rm(folder, { recursive: true });
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
};

interface Generated {
  readonly secretGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
}

/** The Secrets that `kubectl apply -k` would make of a folder, and the key of the gateway's tokens. */
const secretsIn = async (folder: string): Promise<Secrets> => {
  const { secretGenerator } = parse(
    await readFile(join(folder, 'kustomization.yaml'), 'utf8'),
  ) as Generated;
  const secrets: Record<string, Record<string, string>> = {};
  for (const { name, files } of secretGenerator) {
    const contents: Record<string, string> = {};
    for (const file of files) {
      const [path = '', key = path.slice(path.lastIndexOf('/') + 1)] = file.split('=').toReversed();
      contents[key] = await readFile(join(folder, path), 'utf8');
    }
    secrets[name] = contents;
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { ...secrets, 'gateway-token-key': { 'key.pem': pem } };
};
