import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { DaemonProcess } from './daemon-process.ts';
import { Kubectl } from './kubectl.ts';
import { writeSigningKey } from './signing-key.ts';

/** The programs of a control plane, by their paths. */
export interface ControlPlanePrograms {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
}

/** How long the API may take to answer: it makes its certificates and its own objects first. */
const startMs = 60_000;

/**
 * A control plane without a node: etcd, the API server, the controllers and the scheduler as processes
 * on free ports of the loopback. It takes, checks, defaults and schedules as a cluster does; nothing
 * runs. Whoever starts it stops it.
 */
export class ControlPlane implements AsyncDisposable {
  readonly kubectl: Kubectl;
  readonly #folder: string;
  readonly #processes: readonly DaemonProcess[];

  private constructor(folder: string, kubectl: Kubectl, processes: readonly DaemonProcess[]) {
    this.kubectl = kubectl;
    this.#folder = folder;
    this.#processes = processes;
  }

  static async start(programs: ControlPlanePrograms): Promise<ControlPlane> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-control-plane-'));
    const processes: DaemonProcess[] = [];
    try {
      const kubectl = await startServers(programs, folder, processes);
      processes.push(...startControllers(programs, folder));
      const plane = new ControlPlane(folder, kubectl, processes);
      await plane.#isComplete();
      return plane;
    } catch (error) {
      const words = processes.map((process) => process.lastWords).join('\n');
      await end(folder, processes);
      throw new Error(`the control plane does not start: ${String(error)}\n${words}`);
    }
  }

  /** What whoever plays a node may show: the API server's own certificate. */
  async certificate(): Promise<{ readonly key: string; readonly certificate: string }> {
    const file = (name: string) => readFile(join(this.#folder, 'certificates', name), 'utf8');
    return { key: await file('apiserver.key'), certificate: await file('apiserver.crt') };
  }

  /** A new namespace has a service account as soon as the controllers are at work. */
  async #isComplete(): Promise<void> {
    await soon(() => this.kubectl.run(['get', 'serviceaccount', 'default']), startMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#folder, this.#processes);
  }
}

const startServers = async (
  { etcd, apiServer }: ControlPlanePrograms,
  folder: string,
  processes: DaemonProcess[],
): Promise<Kubectl> => {
  const [client, peer, api] = [await freePort(), await freePort(), await freePort()];
  const store = `http://127.0.0.1:${client}`;
  const peers = `http://127.0.0.1:${peer}`;
  processes.push(
    new DaemonProcess(etcd, [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${store}`,
      `--advertise-client-urls=${store}`,
      `--listen-peer-urls=${peers}`,
      `--initial-advertise-peer-urls=${peers}`,
      `--initial-cluster=default=${peers}`,
      '--unsafe-no-fsync',
    ]),
  );
  const token = randomBytes(16).toString('hex');
  await writeFile(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`);
  await writeSigningKey(join(folder, 'accounts.pem'));
  processes.push(new DaemonProcess(apiServer, apiServerArguments(folder, store, api)));
  const certificate = join(folder, 'certificates', 'apiserver.crt');
  const config = join(folder, 'kubeconfig.json');
  await writeFile(config, kubeconfig(`https://127.0.0.1:${api}`, certificate, token));
  const kubectl = new Kubectl(config);
  await soon(async () => {
    if (!existsSync(certificate)) throw new Error('the API server has no certificate yet');
    await kubectl.run(['get', '--raw', '/readyz']);
  }, startMs);
  return kubectl;
};

const apiServerArguments = (folder: string, store: string, port: number): string[] => [
  `--etcd-servers=${store}`,
  '--bind-address=127.0.0.1',
  `--secure-port=${port}`,
  `--cert-dir=${join(folder, 'certificates')}`,
  `--token-auth-file=${join(folder, 'tokens.csv')}`,
  '--authorization-mode=RBAC',
  // No kubelet says how its node is: nobody is to ask, here and among the controllers.
  '--disable-admission-plugins=TaintNodesByCondition',
  // What is said to a container goes to its node as it came: a stand-in understands WebSockets only.
  '--feature-gates=TranslateStreamCloseWebsocketRequests=false',
  '--service-cluster-ip-range=10.96.0.0/16',
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-signing-key-file=${join(folder, 'accounts.pem')}`,
  `--service-account-key-file=${join(folder, 'accounts.pem')}`,
];

const startControllers = (
  { controllerManager, scheduler }: ControlPlanePrograms,
  folder: string,
): DaemonProcess[] => {
  const common = [
    `--kubeconfig=${join(folder, 'kubeconfig.json')}`,
    '--leader-elect=false',
    '--secure-port=0',
  ];
  const own = [
    `--service-account-private-key-file=${join(folder, 'accounts.pem')}`,
    '--controllers=*,-node-lifecycle-controller',
  ];
  return [
    new DaemonProcess(controllerManager, [...common, ...own]),
    new DaemonProcess(scheduler, common),
  ];
};

const kubeconfig = (server: string, certificate: string, token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': certificate } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  });

const end = async (folder: string, processes: readonly DaemonProcess[]): Promise<void> => {
  // The last one first: whoever still talks to etcd goes before it.
  for (const process of [...processes].reverse()) await process.stop();
  await rm(folder, { recursive: true, force: true });
};
