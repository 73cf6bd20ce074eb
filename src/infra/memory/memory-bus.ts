import { retryStreamOf, type ServiceStream, stateSubject } from '../../contracts/streams.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { EventSource } from '../pipeline/delivery.ts';
import { lagOf, sumLags } from '../pipeline/lag.ts';
import type {
  Answerer,
  Bus,
  Commit,
  ConsumerDeclaration,
  Follower,
  Following,
  Lag,
  MessageReader,
  NamedLag,
  RetrySchedule,
  StateReader,
  Topology,
} from '../pipeline/ports.ts';
import { MemoryBacklog } from './memory-backlog.ts';
import { MemoryFollower } from './memory-follower.ts';
import { MemoryOwners } from './memory-ordered-source.ts';
import { MemoryPublisher } from './memory-publisher.ts';
import { MemoryQueries } from './memory-queries.ts';
import { MemoryRetries } from './memory-retries.ts';
import { memorySource } from './memory-source.ts';
import { MemorySuspects } from './memory-suspects.ts';
import { MemoryTopology } from './memory-topology.ts';
import { subjectFilter } from './subject-filter.ts';

export interface MemoryBusOptions {
  readonly clock: Clock;
  /** How long an id is remembered of which a message was stored. @default 120000 */
  readonly duplicateWindowMs?: number;
  /** How long an asker waits for an answer. @default 2000 */
  readonly askTimeoutMs?: number;
}

/**
 * The bus in memory: the rules of JetStream with this system's topology, without a server.
 *
 * For tests, and for trying things: what is in it is gone with the process.
 */
export class MemoryBus implements Bus {
  readonly publisher: MemoryPublisher;
  readonly queries: MemoryQueries;
  readonly backlog: MemoryBacklog;
  readonly suspects = new MemorySuspects();
  readonly #topology: MemoryTopology;
  readonly #owners = new Map<string, MemoryOwners>();
  readonly #followers = new Set<MemoryFollower>();
  readonly #retries: MemoryRetries;

  constructor({ clock, duplicateWindowMs = 120_000, askTimeoutMs = 2000 }: MemoryBusOptions) {
    this.#topology = new MemoryTopology(clock, duplicateWindowMs);
    this.#retries = new MemoryRetries(this.#topology, clock);
    this.publisher = new MemoryPublisher(this.#topology);
    this.queries = new MemoryQueries(clock, askTimeoutMs);
    this.backlog = new MemoryBacklog(this.#topology);
  }

  async ensure(topology: Topology): Promise<void> {
    this.#topology.ensure(topology);
  }

  source(consumer: ConsumerDeclaration): EventSource {
    if (consumer.ordering === 'none') return memorySource(this.#topology, consumer);
    const id = `${consumer.stream.name}.${consumer.durable}`;
    const owners = this.#owners.get(id) ?? new MemoryOwners(this.#topology, consumer);
    this.#owners.set(id, owners);
    return owners.source();
  }

  commits(stream: ServiceStream): Commit {
    return {
      commit: async (commitment) => this.#topology.stream(stream).commit(commitment),
      store: async (message, id) => {
        this.#topology.stream(stream).publish(message, id);
      },
    };
  }

  states(stream: ServiceStream): StateReader {
    const decoder = new TextDecoder();
    return {
      read: async (place) => {
        const last = this.#topology.stream(stream).last(stateSubject(stream, place));
        return last && { revision: last.sequence, record: decoder.decode(last.body) };
      },
    };
  }

  retries(service: ServiceStream): RetrySchedule {
    const stream = retryStreamOf(service);
    return { schedule: async (retry) => this.#retries.schedule(stream, retry) };
  }

  messages(name: string): MessageReader {
    const stream = () => this.#topology.stream({ name });
    return {
      at: async (sequence) => stream().get(sequence),
      next: async (filter, from) => {
        const [first] = stream().from(from, subjectFilter(filter));
        return first;
      },
      last: async (filter) => stream().lastOfEach(subjectFilter(filter)).at(-1),
    };
  }

  follow(following: Following): Follower {
    const follower = new MemoryFollower(following);
    const forget = this.#topology.whenStream(following.stream, (stream) => follower.bind(stream));
    this.#followers.add(follower);
    return {
      caughtUp: follower.caughtUp,
      stop: async () => {
        forget();
        this.#followers.delete(follower);
        await follower.stop();
      },
    };
  }

  async serve(_service: string, queries: ReadonlyMap<string, Answerer>): Promise<AsyncDisposable> {
    return this.queries.serve(queries);
  }

  async lagsOf(stream: ServiceStream): Promise<readonly NamedLag[]> {
    return sumLags(
      this.#topology
        .consumersOf(stream)
        .map((consumer) => ({
          stream: stream.name,
          durable: consumer.name.reader,
          ...consumer.lag(),
        }))
        .concat(this.#retries.lagOf(stream)),
    );
  }

  isConnected(): boolean {
    return this.#topology.isOpen();
  }

  async lag(consumer: Pick<ConsumerDeclaration, 'stream' | 'durable'>): Promise<Lag> {
    return lagOf(await this.lagsOf(consumer.stream), consumer);
  }

  /** Nothing to reconnect to: it is in this process. */
  onReconnect(): () => void {
    return () => {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#topology.close();
    this.#retries.close();
    for (const follower of this.#followers) await follower.stop();
  }
}
