import type { NatsConnection } from 'nats';
import { retryStreamOf, type ServiceStream } from '../../contracts/streams.ts';
import type { EventSource } from '../pipeline/delivery.ts';
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
import type { Roll } from '../pipeline/roll.ts';
import type { StreamWatch } from '../pipeline/stream-watch.ts';
import type { SuspectMarks } from '../pipeline/suspects.ts';
import type { Upkeep } from '../pipeline/upkeep.ts';
import { AckWriter } from './ack-writer.ts';
import { NatsBacklog } from './backlog.ts';
import type { BusWatcher } from './bus-watcher.ts';
import { closeConnection, inboxPrefixOf, type NatsOptions, openConnection } from './connect.ts';
import { ConnectionLife } from './connection-life.ts';
import { NatsFollower } from './follower.ts';
import { unheardBy } from './hear-for-good.ts';
import { JsApi } from './js-api.ts';
import { readLagsOf } from './lag.ts';
import { ConsumerLists } from './list-consumers.ts';
import { Members, memberName } from './members.ts';
import { natsCommits } from './nats-commits.ts';
import { NatsMessages } from './nats-messages.ts';
import { lookAt, NatsRetries } from './nats-retries.ts';
import { natsStates } from './nats-states.ts';
import { NatsSuspects } from './nats-suspects.ts';
import { OrderedSource } from './ordered-source.ts';
import { NatsPublisher } from './publisher.ts';
import { PullSource, type PullSourceOptions } from './pull-source.ts';
import { NatsQueries, serveQueries } from './queries.ts';
import { NatsRoll } from './roll.ts';
import { NatsWatch } from './stream-watch.ts';
import { checkPartitions, ensureTopology } from './topology.ts';
import { NatsUpkeep } from './upkeep.ts';
import { withPatience } from './with-patience.ts';

/** The bus on NATS JetStream: one connection, one stream a service, one durable consumer a reader. */
export class NatsBus implements Bus {
  readonly publisher: NatsPublisher;
  readonly queries: QueryClient;
  readonly backlog: Backlog;
  readonly suspects: SuspectMarks;
  readonly upkeep: Upkeep;
  readonly watch: StreamWatch;
  readonly roll: Roll;
  readonly ownership = new Ownership();
  readonly #connection: NatsConnection;
  readonly #options: NatsOptions;
  readonly #watcher: BusWatcher;
  readonly #life: ConnectionLife;
  readonly #api: JsApi;
  readonly #lists: ConsumerLists;
  readonly #acks: AckWriter;
  readonly #inboxPrefix: string;
  readonly #member: string;
  readonly #members = new Map<string, Members>();
  readonly #workersPublisher: NatsPublisher;

  private constructor(connection: NatsConnection, options: NatsOptions, watcher: BusWatcher) {
    this.#connection = connection;
    this.#options = options;
    this.#watcher = watcher;
    this.#api = new JsApi(connection);
    this.#lists = new ConsumerLists(this.#api);
    this.#acks = new AckWriter(connection);
    this.#inboxPrefix = inboxPrefixOf(options.name);
    this.#member = memberName(options.name);
    this.publisher = new NatsPublisher(connection, this.#inboxPrefix);
    this.queries = new NatsQueries(connection);
    this.backlog = new NatsBacklog(this.#api);
    this.suspects = new NatsSuspects(connection, this.#api, options);
    this.upkeep = new NatsUpkeep(connection, this.#api, this.#lists, options);
    this.watch = new NatsWatch(connection, this.#api, this.#lists, this.upkeep);
    this.roll = new NatsRoll({
      ...{ connection, api: this.#api, inboxPrefix: this.#inboxPrefix, member: this.#member },
    });
    this.#life = new ConnectionLife({
      ...{ connection, api: this.#api, watcher },
      show: (service) => this.roll.show(service),
      onNew: () => this.#acks.forget(),
    });
    this.#workersPublisher = new NatsPublisher(connection, this.#inboxPrefix, (withinMs) =>
      this.#life.partitions.confirmed(withinMs),
    );
  }

  /** @throws BusUnavailable when no broker answers in time, or when it is too old */
  static async connect(options: NatsOptions, watcher: BusWatcher = {}): Promise<NatsBus> {
    const bus = new NatsBus(await openConnection(options, watcher.onTrouble), options, watcher);
    bus.ownership.onChange((owned) => watcher.onOwned?.(owned));
    return bus;
  }

  /** A cluster that is starting has no leaders yet: it is asked again for a while. */
  ensure(topology: Topology): Promise<void> {
    this.#life.partitions.declare(topology);
    return withPatience(() => ensureTopology(this.#api, topology, this.#options), {
      isOver: () => this.#connection.isClosed(),
      onTrouble: (what) => this.#watcher.onTrouble?.(`topology: ${what}`),
    });
  }

  /** For who reads without declaring anything. @throws TopologyConflict when there are others than declared */
  checkPartitions(stream: ServiceStream): Promise<void> {
    return checkPartitions(this.#api, stream);
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
      onDoubt: (run) => this.#life.onDoubt(run),
      onTakeover: (takeover) => this.#watcher.onTakeover?.(takeover),
      onOwned: (owned) => this.ownership.set(owned),
    });
  }

  commits(stream: ServiceStream): Commit {
    return natsCommits(stream, {
      connection: this.#connection,
      api: this.#api,
      publisher: this.#workersPublisher,
      mayWrite: () => this.#life.partitions.confirmed(),
      onBatch: this.#watcher.onBatch,
    });
  }

  states(stream: ServiceStream): StateReader {
    return natsStates(this.#api, stream);
  }

  retries(service: ServiceStream): RetrySchedule {
    const stream = retryStreamOf(service);
    return new NatsRetries({
      stream,
      publisher: this.#workersPublisher,
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
    return readLagsOf(this.#api, this.#lists, stream);
  }

  isConnected(): boolean {
    return this.#life.isConnected();
  }

  refusals(): readonly string[] {
    return unheardBy(this.#connection);
  }

  onReconnect(run: () => void): () => void {
    return this.#life.onReconnect(run);
  }

  /** Sends what waits, then closes. Not `drain()`, which cuts off acknowledgements under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.expectEnd();
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
      member: this.#member,
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
}
