import { NatsBus } from '../../infra/nats/nats-bus.ts';
import type { Clock } from '../../infra/pipeline/clock.ts';
import type { Bus } from '../../infra/pipeline/ports.ts';
import { provision } from '../provision/provision.ts';
import { tools } from '../provision/tools.ts';
import { type Broker, startBroker } from './broker.ts';
import { type DataFolder, ensureTokenKey } from './data-folder.ts';
import type { Exposition, Shop } from './shop.ts';
import { type Replicas, serviceNames } from './start-arguments.ts';
import { StartFailed } from './start-failed.ts';
import { expositionOf, type NodeProcess, startNode, untilReady } from './worker-process.ts';

/** What a shop of processes is started with. */
export interface NatsShopOptions {
  readonly folder: DataFolder;
  readonly replicas: Replicas;
  readonly port: number;
  /** The environment that the processes inherit. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Longer than a worker's own time for draining. */
const drainMs = 25_000;

/** The shop as processes of their own around a nats-server: what `npm start` starts. */
export class NatsShop implements Shop {
  readonly bus: Bus;
  readonly gatewayUrl: string;
  readonly #broker: Broker;
  readonly #processes: readonly NodeProcess[];

  private constructor(bus: Bus, gatewayUrl: string, broker: Broker, processes: NodeProcess[]) {
    this.bus = bus;
    this.gatewayUrl = gatewayUrl;
    this.#broker = broker;
    this.#processes = processes;
  }

  /** Starts everything and waits until all are ready. @throws when something does not start */
  static async open(options: NatsShopOptions): Promise<NatsShop> {
    const { folder, clock, say, signal, port } = options;
    const program = await serverProgram(say);
    await ensureTokenKey(folder.tokenKey);
    const broker = await startBroker({ program, folder, clock, say, signal });
    const processes: NodeProcess[] = [];
    try {
      await startAll(options, broker, processes);
      await Promise.all(processes.map((process) => untilReady(process, clock, signal)));
      const bus = await connect(broker.url);
      sayProcesses(broker, processes, say);
      return new NatsShop(bus, `http://127.0.0.1:${port}`, broker, processes);
    } catch (error) {
      await stopAll(broker, processes);
      throw error;
    }
  }

  get brokerUrl(): string {
    return this.#broker.url;
  }

  addresses(): readonly (readonly [string, string])[] {
    return this.#processes.map(({ process, healthUrl }) => [
      `metrics of ${process.name}`,
      `${healthUrl()}/metrics`,
    ]);
  }

  async expose(): Promise<readonly Exposition[]> {
    const answers = await Promise.all(this.#processes.map(expositionOf));
    return answers.filter((answer) => answer !== undefined);
  }

  async stop(): Promise<void> {
    try {
      await this.bus[Symbol.asyncDispose]();
    } finally {
      await stopAll(this.#broker, this.#processes);
    }
  }

  kill(): void {
    for (const { process } of [...this.#processes, this.#broker]) process.kill();
  }
}

const serverProgram = async (say: (line: string) => void): Promise<string> => {
  try {
    return await provision(tools['nats-server'], { log: say });
  } catch (error) {
    throw new StartFailed(error instanceof Error ? error.message : String(error), { cause: error });
  }
};

const connect = (url: string): Promise<NatsBus> =>
  NatsBus.connect({ name: 'start', servers: [url], replicas: 1, storage: 'file' });

/** Fills the list as it goes, so that a failure in between leaves nobody behind. */
const startAll = async (
  { replicas, port, environment, folder, clock, say }: NatsShopOptions,
  { url }: Broker,
  started: NodeProcess[],
): Promise<void> => {
  const common = { folder, clock, say };
  const shared = { ...environment, NATS_URL: url };
  for (const service of serviceNames) {
    for (let number = 1; number <= replicas[service]; number++) {
      const program = `workers/${service}/main.js`;
      const name = `${service} ${number}`;
      started.push(await startNode({ ...common, service, name, program, environment: shared }));
    }
  }
  const atTheDoor = {
    ...shared,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: String(port),
    TOKEN_KEY_FILE: folder.tokenKey,
    CATALOGUE_USERS: 'admin',
  };
  const gateway = { service: 'gateway', name: 'gateway', program: 'gateway/main.js' };
  started.push(await startNode({ ...common, ...gateway, environment: atTheDoor }));
  const observer = { service: 'observer', name: 'observer', program: 'observer/main.js' };
  started.push(await startNode({ ...common, ...observer, environment: shared }));
};

/** The broker last: who drains still has something to say to it. */
const stopAll = async (broker: Broker, processes: readonly NodeProcess[]): Promise<void> => {
  await Promise.all(processes.map(({ process }) => process.stop(drainMs)));
  await broker.process.stop(drainMs);
};

const sayProcesses = (
  broker: Broker,
  processes: readonly NodeProcess[],
  say: (line: string) => void,
): void => {
  const named = [broker, ...processes].map(({ process }) => `${process.name} (${process.pid})`);
  say(`running: ${named.join(', ')}`);
};
