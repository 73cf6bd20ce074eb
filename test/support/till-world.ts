import { expect } from 'vitest';
import { Ruler } from '../../src/cli/dead-letters/ruler.ts';
import {
  type Repartitioned,
  type RepartitionOptions,
  repartition,
} from '../../src/cli/repartition/repartition.ts';
import { readStream } from '../../src/cli/verify/reading.ts';
import type { StreamReport } from '../../src/cli/verify/stream-report.ts';
import { verifyStream } from '../../src/cli/verify/verify-stream.ts';
import {
  placeOf,
  readSubject,
  type ServiceStream,
  subjectsOf,
} from '../../src/contracts/streams.ts';
import type { NatsOptions } from '../../src/infra/nats/connect.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import type { AnyService } from '../../src/infra/pipeline/define-service.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import { startNatsCluster } from './nats-cluster.ts';
import { type NatsServer, type NatsServerOptions, startNatsServer } from './nats-server.ts';
import {
  contentsOf,
  publish,
  type ServiceUnderTest,
  startOnServer,
  textOf,
} from './running-service.ts';
import { soon } from './soon.ts';
import { type TillServices, tillServices } from './till-services.ts';

export interface TillWorldOptions {
  readonly server?: NatsServerOptions;
  /** A cluster of three, which keeps every stream three times. */
  readonly cluster?: boolean;
  /** The most bytes that a stream may hold. */
  readonly maxBytes?: number;
}

/** The till and its board on a server of their own, whose workers come and go. */
export class TillWorld implements AsyncDisposable {
  readonly servers: readonly NatsServer[];
  /** The only one, or one of them. */
  readonly server: NatsServer;
  readonly broker: NatsOptions;
  readonly bus: NatsBus;
  services: TillServices;
  /** How many entries of each key there are. */
  readonly entries = new Map<string, number>();
  readonly #workers = new Map<ServiceUnderTest, string>();

  private constructor(
    servers: readonly NatsServer[],
    { bus, broker, services }: Pick<TillWorld, 'bus' | 'broker' | 'services'>,
  ) {
    const [server] = servers;
    if (!server) throw new Error('no server');
    this.servers = servers;
    this.server = server;
    this.bus = bus;
    this.broker = broker;
    this.services = services;
  }

  static async open(partitions: number, options: TillWorldOptions = {}): Promise<TillWorld> {
    const { cluster, maxBytes } = options;
    const servers = cluster
      ? (await startNatsCluster(options.server)).servers
      : [await startNatsServer(options.server)];
    const broker = { ...brokerOf(...servers), maxBytes };
    const bus = await NatsBus.connect(broker);
    return new TillWorld(servers, { bus, broker, services: tillServices(partitions) });
  }

  get stream(): ServiceStream {
    return this.services.till.stream;
  }

  get all(): readonly AnyService[] {
    return [this.services.till, this.services.board];
  }

  async start(...services: readonly AnyService[]): Promise<void> {
    for (const service of services) {
      const { servers, replicas, maxBytes } = this.broker;
      const broker = { servers, replicas, maxBytes };
      this.#workers.set(await startOnServer(service, this.server, { broker }), service.name);
    }
  }

  /** Stops the workers of a service, or all of them. */
  async stop(name?: string): Promise<void> {
    for (const [worker, service] of [...this.#workers]) {
      if (name !== undefined && service !== name) continue;
      this.#workers.delete(worker);
      await worker[Symbol.asyncDispose]();
    }
  }

  /** Publishes so many further entries of each key, one after the other. */
  async enter(keys: readonly string[], times: number): Promise<void> {
    for (let round = 0; round < times; round++) {
      await Promise.all(
        keys.map(async (key) => {
          const n = (this.entries.get(key) ?? 0) + 1;
          this.entries.set(key, n);
          await publish(this.bus, this.services.TillEnter({ key, n }), `${key}-${n}`);
        }),
      );
    }
  }

  move(partitions: number, more: Partial<RepartitionOptions> = {}): Promise<Repartitioned> {
    return repartition({
      service: this.services.till,
      services: this.all,
      partitions,
      dryRun: false,
      broker: this.broker,
      leaseMs: 1_000,
      signal: new AbortController().signal,
      ...more,
    });
  }

  verify(service: AnyService = this.services.till): Promise<StreamReport> {
    const read = readStream(this.bus, service.stream, new AbortController().signal);
    const { upkeep } = this.bus;
    return verifyStream({ service, upkeep, read, eventsAtATime: 10_000, onEvent: () => {} });
  }

  ruler(): Ruler {
    const { routes } = this.services.till;
    return new Ruler({
      bus: this.bus,
      stream: this.stream,
      contracts: routes.map(({ contract }) => contract),
      clock: systemClock,
      by: 'anna',
    });
  }

  /** The numbers under a filter, by key, in the stream's order. */
  async numbersOf(stream: ServiceStream, filter: string): Promise<Map<string, number[]>> {
    const numbers = new Map<string, number[]>();
    for (const message of await contentsOf(this.bus, stream, filter)) {
      // What only takes room in a test.
      if (message.subject.endsWith('.filler')) continue;
      const { key, n } = JSON.parse(textOf(message)) as { key: string; n: number };
      expect(readSubject(message.subject)?.partition).toBe(placeOf(stream, key).partition);
      numbers.set(key, [...(numbers.get(key) ?? []), n]);
    }
    return numbers;
  }

  /** Waits until every entry has had its effect once and in order, here and at the board. */
  async expectAllBooked(but: readonly string[] = []): Promise<void> {
    const wanted = [...this.entries].filter(([key]) => !but.includes(key)).sort();
    const expected = new Map(wanted.map(([key, count]) => [key, upTo(count)]));
    const { board } = this.services;
    for (const stream of [this.stream, board.stream]) {
      await soon(async () => {
        const numbers = await this.numbersOf(stream, subjectsOf(stream).facts);
        for (const key of but) numbers.delete(key);
        expect(new Map([...numbers].sort())).toEqual(expected);
      }, 20_000);
    }
    for (const [key, count] of wanted) {
      const found = await this.bus.states(this.stream).read(placeOf(this.stream, key));
      expect(JSON.parse(found?.record ?? '{}').state).toEqual({ count, last: count });
    }
  }

  /** Waits until a service has acknowledged all that it reads of the till. */
  async drained(name: string, withinMs = 20_000): Promise<void> {
    await soon(async () => {
      const lag = await this.bus.lag({ stream: this.stream, durable: name });
      expect(lag).toEqual({ pending: 0, unacknowledged: 0 });
    }, withinMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.bus[Symbol.asyncDispose]();
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

export const brokerOf = (...servers: readonly NatsServer[]): NatsOptions => ({
  servers: servers.map(({ url }) => url),
  name: 'repartition-test',
  replicas: servers.length,
  storage: 'file',
  firstConnectionMs: 5_000,
});
