import type { NatsConnection } from 'nats';
import { retryStreamOf, type ServiceStream } from '../../contracts/streams.ts';
import type { EventSource } from '../pipeline/delivery.ts';
import { BusUnavailable } from '../pipeline/errors.ts';
import { lagOf } from '../pipeline/lag.ts';
import { Ownership } from '../pipeline/ownership.ts';
import type {
  Answerer,
  Backlog,
  Bus,
  Commit,
  ConsumerDeclaration,
  Follower,
  Following,
  Lag,
  MessageReader,
  NamedLag,
  QueryClient,
  RetrySchedule,
  StateReader,
  Topology,
} from '../pipeline/ports.ts';
import type { StreamWatch } from '../pipeline/stream-watch.ts';
import type { SuspectMarks } from '../pipeline/suspects.ts';
import type { Upkeep } from '../pipeline/upkeep.ts';
import { AckWriter } from './ack-writer.ts';
import { NatsBacklog } from './backlog.ts';
import { BatchPublisher } from './batch.ts';
import type { BusWatcher } from './bus-watcher.ts';
import { closeConnection, inboxPrefixOf, type NatsOptions, openConnection } from './connect.ts';
import { NatsFollower } from './follower.ts';
import { GroupCommit } from './group-commit.ts';
import { JsApi } from './js-api.ts';
import { readLagsOf } from './lag.ts';
import { Members, memberName } from './members.ts';
import { NatsMessages } from './nats-messages.ts';
import { lookAt, NatsRetries } from './nats-retries.ts';
import { natsStates } from './nats-states.ts';
import { NatsSuspects } from './nats-suspects.ts';
import { OrderedSource } from './ordered-source.ts';
import { NatsPublisher } from './publisher.ts';
import { PullSource, type PullSourceOptions } from './pull-source.ts';
import { NatsQueries, serveQueries } from './queries.ts';
import { readMessage } from './stored-message.ts';
import { NatsWatch } from './stream-watch.ts';
import { ensureTopology } from './topology.ts';
import { NatsUpkeep } from './upkeep.ts';
import { watchConnection } from './watch-connection.ts';

/** How long a starting cluster may take until streams can be made. */
const settlingMs = 60_000;
/** How long a batch waits for its answer; then the states are read to see what became of it. */
const batchMs = 3_000;

/** The bus on NATS JetStream: one connection, one stream a service, one durable consumer a reader. */
export class NatsBus implements Bus {
  readonly publisher: NatsPublisher;
  readonly queries: QueryClient;
  readonly backlog: Backlog;
  readonly suspects: SuspectMarks;
  readonly upkeep: Upkeep;
  readonly watch: StreamWatch;
  readonly ownership = new Ownership();
  readonly #connection: NatsConnection;
  readonly #options: NatsOptions;
  readonly #watcher: BusWatcher;
  readonly #api: JsApi;
  readonly #acks: AckWriter;
  readonly #inboxPrefix: string;
  readonly #members = new Map<string, Members>();
  readonly #reconnected = new Set<() => void>();
  #isConnected = true;
  #isClosing = false;

  private constructor(connection: NatsConnection, options: NatsOptions, watcher: BusWatcher) {
    this.#connection = connection;
    this.#options = options;
    this.#watcher = watcher;
    this.#api = new JsApi(connection);
    this.#acks = new AckWriter(connection);
    this.#inboxPrefix = inboxPrefixOf(options.name);
    this.publisher = new NatsPublisher(connection, this.#inboxPrefix);
    this.queries = new NatsQueries(connection);
    this.backlog = new NatsBacklog(this.#api);
    this.suspects = new NatsSuspects(connection, this.#api, options);
    this.upkeep = new NatsUpkeep(connection, this.#api, options);
    this.watch = new NatsWatch(connection, this.#api, this.upkeep);
  }

  /** @throws BusUnavailable when no broker answers in time, or when it is too old */
  static async connect(options: NatsOptions, watcher: BusWatcher = {}): Promise<NatsBus> {
    const bus = new NatsBus(await openConnection(options, watcher.onTrouble), options, watcher);
    bus.ownership.onChange((owned) => watcher.onOwned?.(owned));
    bus.#listen();
    return bus;
  }

  /** A cluster that is starting has no leaders yet: it is asked again for a while. */
  async ensure(topology: Topology): Promise<void> {
    const until = performance.now() + settlingMs;
    for (;;) {
      try {
        return await ensureTopology(this.#api, topology, this.#options);
      } catch (error) {
        const mayPass = error instanceof BusUnavailable && !this.#connection.isClosed();
        if (!mayPass || performance.now() > until) throw error;
        this.#watcher.onTrouble?.(`topology: ${error.message}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  source(consumer: ConsumerDeclaration): EventSource {
    const options: PullSourceOptions = {
      connection: this.#connection,
      inboxPrefix: this.#inboxPrefix,
      ...{ consumer, api: this.#api, acks: this.#acks },
      ensure: (as = {}) => this.#ensureAgain({ ...consumer, ...as }),
      onPullError: this.#watcher.onPullError,
      ...this.#reporting,
    };
    if (consumer.ordering === 'none') return new PullSource(options);
    return new OrderedSource({
      ...options,
      members: this.#membersOf(consumer.durable),
      onTakeover: (takeover) => this.#watcher.onTakeover?.(takeover),
      onOwned: (owned) => this.ownership.set(owned),
    });
  }

  commits(stream: ServiceStream): Commit {
    const { onBatch } = this.#watcher;
    const batches = new BatchPublisher(this.#connection, batchMs);
    return new GroupCommit({
      stream,
      ...(onBatch ? { onBatch } : {}),
      port: {
        publish: (messages) => batches.publish(messages),
        store: async (message, id) => void (await this.publisher.publishRaw(message, id)),
        lastSequence: async (subject) =>
          (await readMessage(this.#api, stream.name, { last_by_subj: subject }))?.sequence ?? 0,
      },
    });
  }

  states(stream: ServiceStream): StateReader {
    return natsStates(this.#api, stream);
  }

  retries(service: ServiceStream): RetrySchedule {
    const stream = retryStreamOf(service);
    return new NatsRetries({
      stream,
      publisher: this.publisher,
      look: () => lookAt(this.#api, stream),
      mostBytes: this.#options.maxBytes,
    });
  }

  messages(stream: string): MessageReader {
    return new NatsMessages(this.#api, stream);
  }

  follow(following: Following): Follower {
    return new NatsFollower({
      connection: this.#connection,
      inboxPrefix: this.#inboxPrefix,
      api: this.#api,
      following,
      ...this.#reporting,
    }).start();
  }

  serve(service: string, queries: ReadonlyMap<string, Answerer>): Promise<AsyncDisposable> {
    return serveQueries(this.#connection, service, queries);
  }

  async lag(consumer: Pick<ConsumerDeclaration, 'stream' | 'durable'>): Promise<Lag> {
    return lagOf(await this.lagsOf(consumer.stream), consumer);
  }

  lagsOf(stream: ServiceStream): Promise<readonly NamedLag[]> {
    return readLagsOf(this.#api, stream);
  }

  isConnected(): boolean {
    return this.#isConnected && !this.#connection.isClosed();
  }

  onReconnect(run: () => void): () => void {
    this.#reconnected.add(run);
    return () => void this.#reconnected.delete(run);
  }

  /** Sends what waits, then closes. Not `drain()`, which cuts off acknowledgements under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    this.#acks.flush();
    await closeConnection(this.#connection, this.isConnected());
  }

  /** All that this process reads for a service is read by one member of it. */
  #membersOf(service: string): Members {
    const known = this.#members.get(service);
    if (known) return known;
    const members = new Members({
      connection: this.#connection,
      api: this.#api,
      service,
      member: memberName(this.#options.name),
      replicas: this.#options.replicas,
      ...this.#reporting,
    });
    this.#members.set(service, members);
    return members;
  }

  /** Streams in memory end with their server; one on files that is gone was deleted, or is being restored. */
  #ensureAgain(consumer: ConsumerDeclaration): Promise<void> {
    const streams = this.#options.storage === 'memory' ? [consumer.stream] : [];
    return this.ensure({ streams, consumers: [consumer] });
  }

  get #reporting() {
    return {
      onTrouble: (what: string) => this.#watcher.onTrouble?.(what),
      onReconnect: (run: () => void) => this.onReconnect(run),
    };
  }

  #listen(): void {
    const { onTrouble, onReconnect, onRoundTrip, onClosed } = this.#watcher;
    watchConnection(this.#connection, {
      onDisconnect: () => {
        this.#isConnected = false;
      },
      onReconnect: () => {
        this.#isConnected = true;
        this.#acks.forget();
        onReconnect?.();
        for (const run of [...this.#reconnected]) run();
      },
      ...{ onTrouble, onRoundTrip },
      onClosed: (why) => {
        if (!this.#isClosing) onClosed?.(why);
      },
    });
  }
}
