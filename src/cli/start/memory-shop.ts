import { generateKeyPairSync } from 'node:crypto';
import { type RunningGateway, startGateway } from '../../gateway/start-gateway.ts';
import { MemoryBus } from '../../infra/memory/memory-bus.ts';
import { openLogger } from '../../infra/observability/logger.ts';
import { Metrics } from '../../infra/observability/metrics.ts';
import type { Clock } from '../../infra/pipeline/clock.ts';
import { gatewayEnvironment, readConfig, workerEnvironment } from '../../infra/runtime/config.ts';
import type { Running } from '../../infra/runtime/running.ts';
import { startService } from '../../infra/runtime/start-service.ts';
import { provideCart } from '../../workers/cart/composition.ts';
import { provideUser } from '../../workers/user/composition.ts';
import { type Exposition, type Shop, services } from './shop.ts';
import { type ServiceName, serviceNames } from './start-arguments.ts';

/** What a shop in one process is started with. */
export interface MemoryShopOptions {
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
}

const provisions = { user: provideUser, product: undefined, cart: provideCart };

/** The whole shop in this process, on a bus in memory: nothing to install, gone when it ends. */
export class MemoryShop implements Shop {
  readonly bus: MemoryBus;
  readonly #gateway: RunningGateway;
  readonly #services: readonly Started[];

  private constructor(bus: MemoryBus, gateway: RunningGateway, started: readonly Started[]) {
    this.bus = bus;
    this.#gateway = gateway;
    this.#services = started;
  }

  get gatewayUrl(): string {
    return this.#gateway.url;
  }

  /** Starts everything; resolves when all services consume. */
  static async open(options: MemoryShopOptions): Promise<MemoryShop> {
    const bus = new MemoryBus({ clock: options.clock });
    const started: Started[] = [];
    for (const name of serviceNames) started.push(await startOne(name, bus, options));
    return new MemoryShop(bus, await openGateway(bus, options), started);
  }

  addresses(): readonly (readonly [string, string])[] {
    return [];
  }

  async expose(): Promise<readonly Exposition[]> {
    return Promise.all(
      this.#services.map(async ({ metrics }) => {
        const { body } = await metrics.expose();
        return { process: metrics.service, service: metrics.service, text: body };
      }),
    );
  }

  async stop(): Promise<void> {
    await this.#gateway.stop();
    await Promise.all(this.#services.map(({ running }) => running.stop()));
    await this.bus[Symbol.asyncDispose]();
  }

  kill(): void {
    // One process: it ends with this one.
  }
}

interface Started {
  readonly running: Running;
  readonly metrics: Metrics;
}

/** The report says what went wrong: nobody wants a log between its lines. */
const silentLogger = (service: string) =>
  openLogger({ service, level: 'silent', format: 'json', contracts: [] });

const startOne = async (
  name: ServiceName,
  bus: MemoryBus,
  { environment, clock }: MemoryShopOptions,
): Promise<Started> => {
  const metrics = new Metrics(name);
  const running = await startService(services[name], {
    bus,
    environment: readConfig(workerEnvironment, environment),
    logger: silentLogger(name),
    metrics,
    clock,
    provide: provisions[name],
  });
  return { running, metrics };
};

/** Its tokens are good for as long as this process lives. */
const openGateway = (
  bus: MemoryBus,
  { port, environment, clock }: MemoryShopOptions,
): Promise<RunningGateway> => {
  const { privateKey } = generateKeyPairSync('ed25519');
  return startGateway({
    bus,
    environment: readConfig(gatewayEnvironment, {
      ...environment,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(port),
      TOKEN_KEY_FILE: 'none',
      CATALOGUE_USERS: 'admin',
    }),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    logger: silentLogger('gateway'),
    metrics: new Metrics('gateway'),
    clock,
  });
};
