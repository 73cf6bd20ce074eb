import { NatsBus } from '../../infra/nats/nats-bus.ts';
import type { Clock } from '../../infra/pipeline/clock.ts';
import type { Bus } from '../../infra/pipeline/ports.ts';
import { provision } from '../provision/provision.ts';
import { tools } from '../provision/tools.ts';
import { type Broker, startBroker } from './broker.ts';
import { type DataFolder, ensureTokenKey } from './data-folder.ts';
import type { ReservedPort } from './free-port.ts';
import { findTools, Observation } from './observe/observation.ts';
import { ScrapeTargets } from './observe/scrape-targets.ts';
import type { Exposition, Shop } from './shop.ts';
import { type Replicas, serviceNames } from './start-arguments.ts';
import { StartFailed } from './start-failed.ts';
import { expositionOf, type NodeProcess, startNode, untilReady } from './worker-process.ts';

/** What a shop of processes is started with. */
export interface NatsShopOptions {
  readonly folder: DataFolder;
  readonly replicas: Replicas;
  /** Whether Prometheus and the like are to watch it. */
  readonly observe: boolean;
  /** Where the gateway will listen, kept free for it. */
  readonly door: ReservedPort;
  /** The environment that the processes inherit. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Longer than a worker's own time for draining. */
const drainMs = 25_000;

/** What a shop consists of. */
interface Parts {
  readonly broker: Broker;
  readonly processes: readonly NodeProcess[];
  readonly observation: Observation | undefined;
}

/** The shop as processes of their own around a nats-server: what `npm start` starts. */
export class NatsShop implements Shop {
  readonly bus: Bus;
  readonly gatewayUrl: string;
  readonly #parts: Parts;

  private constructor(bus: Bus, gatewayUrl: string, parts: Parts) {
    this.bus = bus;
    this.gatewayUrl = gatewayUrl;
    this.#parts = parts;
  }

  /** Starts everything and waits until all are ready. @throws when something does not start */
  static async open(options: NatsShopOptions): Promise<NatsShop> {
    const { folder, clock, say, signal, door, observe, environment } = options;
    const program = await serverProgram(say);
    const tools = observe ? await findTools(environment, say) : undefined;
    await ensureTokenKey(folder.tokenKey);
    const broker = await startBroker({ program, folder, clock, say, signal });
    const processes: NodeProcess[] = [];
    let observation: Observation | undefined;
    try {
      const targets = new ScrapeTargets(folder, () => processes.map(targetOf), say);
      await startAll(options, broker, processes, targets.change);
      await Promise.all(processes.map((process) => untilReady(process, clock, signal)));
      observation = tools && (await Observation.open(tools, targets, options));
      const bus = await connect(broker.url);
      const parts = { broker, processes, observation };
      sayProcesses(parts, say);
      return new NatsShop(bus, `http://127.0.0.1:${door.port}`, parts);
    } catch (error) {
      await stopAll({ broker, processes, observation });
      throw error;
    }
  }

  get brokerUrl(): string {
    return this.#parts.broker.url;
  }

  addresses(): readonly (readonly [string, string])[] {
    const { processes, observation } = this.#parts;
    const metrics = processes.map(
      ({ process, healthUrl }) => [`metrics of ${process.name}`, `${healthUrl()}/metrics`] as const,
    );
    const observers = processes.filter(({ process }) => process.name === 'observer');
    const pages = observers.map(({ healthUrl }) => ['status', `${healthUrl()}/status`] as const);
    return [...(observation?.addresses ?? []), ...pages, ...metrics];
  }

  async expose(): Promise<readonly Exposition[]> {
    const answers = await Promise.all(this.#parts.processes.map(expositionOf));
    return answers.filter((answer) => answer !== undefined);
  }

  async stop(): Promise<void> {
    try {
      await this.bus[Symbol.asyncDispose]();
    } finally {
      await stopAll(this.#parts);
    }
  }

  kill(): void {
    for (const { process } of everybody(this.#parts)) process.kill();
  }
}

const targetOf = ({ process, healthUrl }: NodeProcess) => ({
  name: process.name,
  url: healthUrl(),
});

/** The processes of all kinds. */
const everybody = ({ broker, processes, observation }: Parts) => [
  broker,
  ...processes,
  ...(observation?.instruments ?? []),
];

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
  { replicas, door, environment, folder, clock, say }: NatsShopOptions,
  { url }: Broker,
  started: NodeProcess[],
  onAddress: () => void,
): Promise<void> => {
  const common = { folder, clock, say, onAddress };
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
    HTTP_PORT: String(door.port),
    TOKEN_KEY_FILE: folder.tokenKey,
    CATALOGUE_USERS: 'admin',
  };
  await door.release();
  const gateway = { service: 'gateway', name: 'gateway', program: 'gateway/main.js' };
  started.push(await startNode({ ...common, ...gateway, environment: atTheDoor }));
  const observer = { service: 'observer', name: 'observer', program: 'observer/main.js' };
  started.push(await startNode({ ...common, ...observer, environment: shared }));
};

/** The broker last of the shop: who drains still has something to say to it. Who watches sees it all. */
const stopAll = async ({ broker, processes, observation }: Parts): Promise<void> => {
  await Promise.all(processes.map(({ process }) => process.stop(drainMs)));
  await broker.process.stop(drainMs);
  await observation?.stop();
};

const sayProcesses = (parts: Parts, say: (line: string) => void): void => {
  const named = everybody(parts).map(({ process }) => `${process.name} (${process.pid})`);
  say(`running: ${named.join(', ')}`);
};
