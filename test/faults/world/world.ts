import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { connect, type NatsConnection } from 'nats';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { type Random, seeded } from '../random.ts';
import { type Scenario, usualLoad } from '../scenario.ts';
import { type Broker, startBroker } from './broker.ts';
import { Cleanup } from './cleanup.ts';
import { Fleet } from './fleet.ts';
import { Link } from './link.ts';
import { Load } from './load.ts';
import { LoopDisk } from './loop-disk.ts';
import { programs } from './programs.ts';
import { addProducts } from './shop.ts';
import { type Subject, subjects } from './subject.ts';

/** Everything that a scenario strikes and works with. */
export interface World extends AsyncDisposable {
  readonly random: Random;
  readonly subject: Subject;
  readonly broker: Broker;
  /** The server's disk, if it has one of its own. */
  readonly disk: LoopDisk | undefined;
  readonly workers: Fleet;
  readonly load: Load;
  /** A connection of the suite's own, past every link. */
  readonly admin: NatsConnection;
  /** The producers' connection; they are programs like any other. */
  readonly producer: NatsBus;
  /** The producers' link to the broker, if they have one. */
  readonly producerLink: Link | undefined;
  /** What a worker preloads whose clock jumps. */
  readonly clockPreload: string;
  /** Where logs and the memory of handlers are. */
  readonly folder: string;
  /** Ends something at the end that a scenario has begun. */
  use<T extends AsyncDisposable>(resource: T): T;
  /** Removes the folder at the end. */
  forget(): void;
  /** Tells what is being done to the system. */
  note(text: string): void;
  /** Does something to the broker again and again until it succeeds: it may be down at the moment. */
  insist<T>(work: () => Promise<T>, withinMs?: number): Promise<T>;
  /** Ends what strikes still have broken: everybody runs, every link is clear. */
  heal(): Promise<void>;
}

export interface WorldOptions {
  readonly seed: number;
  readonly note: (text: string) => void;
  /** What runs as the worker, if not the service itself. */
  readonly program?: string | undefined;
}

/** Names and passwords for brokers that want some. */
const adminUser = { user: 'admin', pass: 'admin' };

/** Builds the world of a scenario: broker, workers that are ready, and a load that has not begun. */
export const openWorld = async (scenario: Scenario, options: WorldOptions): Promise<World> => {
  const cleanup = new Cleanup();
  try {
    return await build(scenario, options, cleanup);
  } catch (error) {
    await cleanup[Symbol.asyncDispose]();
    throw error;
  }
};

const build = async (
  scenario: Scenario,
  { seed, note, program }: WorldOptions,
  cleanup: Cleanup,
): Promise<World> => {
  const { ordering = 'key' } = scenario;
  const subject = { ...subjects[scenario.service ?? 'ledger'], ordering };
  const folder = await mkdtemp(join(tmpdir(), 'millrace-faults-'));
  let keepsFolder = true;
  cleanup.defer(() => (keepsFolder ? undefined : rm(folder, { recursive: true, force: true })));
  const disk = scenario.diskMegabytes ? new LoopDisk(scenario.diskMegabytes) : undefined;
  cleanup.defer(() => disk?.[Symbol.dispose]());
  const broker = cleanup.use(
    await startBroker(scenario.broker ?? 'server', {
      ...scenario.brokerConfig,
      ...(disk ? { store: join(disk.mountPoint, 'store') } : {}),
    }),
  );
  const admin = await connectAdmin(broker);
  cleanup.defer(() => admin.close());
  const workers = cleanup.use(
    new Fleet({
      program: program ?? programs[subject.service],
      environment: {
        STREAM_REPLICAS: String(broker.replicas),
        LEDGER_FOLDER: folder,
        LEDGER_ORDERING: ordering,
        LEDGER_ACKNOWLEDGE: process.env['LEDGER_ACKNOWLEDGE'] ?? 'each',
        ...scenario.environment,
      },
      folder,
      urls: broker.urls,
      isLinked: scenario.isLinked ?? false,
      random: seeded(seed + 1),
    }),
  );
  if (subject.service === 'cart') await addProducts(broker, folder);
  await workers.start(scenario.replicas ?? 3);
  const producerLink = scenario.isProducerLinked
    ? cleanup.use(await Link.to(broker.urls[0] ?? ''))
    : undefined;
  const producer = cleanup.use(await connectProducer(broker, producerLink));
  const load = new Load({
    plan: { ...usualLoad, ...scenario.load },
    random: seeded(seed + 2),
    publisher: producer.publisher,
    event: subject.event,
  });
  return {
    random: seeded(seed),
    subject,
    broker,
    disk,
    workers,
    load,
    admin,
    producer,
    producerLink,
    clockPreload: pathToFileURL(programs.shiftedClock).href,
    folder,
    use: (resource) => cleanup.use(resource),
    forget: () => {
      keepsFolder = false;
    },
    note,
    insist,
    heal: () => {
      producerLink?.clear();
      return heal(broker, workers);
    },
    [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
  };
};

const connectProducer = ({ urls, replicas }: Broker, link: Link | undefined): Promise<NatsBus> =>
  NatsBus.connect({
    name: 'producer',
    servers: link ? [link.url] : urls,
    replicas,
    storage: 'file',
  });

const connectAdmin = ({ urls }: Broker): Promise<NatsConnection> =>
  connect({
    servers: [...urls],
    name: 'admin',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    pingInterval: 2_000,
    maxPingOut: 2,
    timeout: 2_000,
    ...adminUser,
  });

const insist = async <T>(work: () => Promise<T>, withinMs = 30_000): Promise<T> => {
  for (const until = performance.now() + withinMs; ; await sleep(200)) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
};

const heal = async (broker: Broker, workers: Fleet): Promise<void> => {
  for (const worker of workers.running) {
    worker.signal('SIGCONT');
    worker.link?.clear();
  }
  await Promise.all(
    broker.servers.map((server) =>
      server.isRunning ? server.kill('SIGCONT') : insist(() => server.start()),
    ),
  );
  if (workers.running.length === 0) await workers.start();
};
