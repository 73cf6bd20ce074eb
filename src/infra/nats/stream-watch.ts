import type { NatsConnection } from 'nats';
import { type ServiceStream, subjectsOf } from '../../contracts/streams.ts';
import { partitionDurable } from '../pipeline/partition-consumers.ts';
import type {
  Advisory,
  ConsumerSight,
  StreamSight,
  StreamWatch,
} from '../pipeline/stream-watch.ts';
import { overlap, type Upkeep } from '../pipeline/upkeep.ts';
import { listenToAdvisories } from './advisories.ts';
import { readerMetadata } from './consumer-settings.ts';
import { apiError, refusal } from './errors.ts';
import type { JsApi } from './js-api.ts';
import { type ConsumerInfo, type ConsumerLists, filtersOf } from './list-consumers.ts';

interface StreamInfo {
  readonly config: { readonly max_bytes: number; readonly num_replicas: number };
  readonly state: {
    readonly messages: number;
    readonly bytes: number;
    readonly first_ts: string;
    readonly last_seq: number;
  };
  readonly cluster?: {
    readonly leader?: string;
    readonly replicas?:
      | readonly { readonly name: string; readonly current: boolean; readonly offline?: boolean }[]
      | null;
  };
}

/**
 * Reads how streams are by the API of JetStream.
 *
 * Leaders alone answer it. Followers, which the servers' own monitoring shows too, say anything else of
 * a consumer: that all of it is pending, or nothing.
 */
export class NatsWatch implements StreamWatch {
  readonly #connection: NatsConnection;
  readonly #api: JsApi;
  readonly #lists: ConsumerLists;
  readonly #upkeep: Pick<Upkeep, 'firstOf' | 'countsOf'>;

  constructor(
    connection: NatsConnection,
    api: JsApi,
    lists: ConsumerLists,
    upkeep: Pick<Upkeep, 'firstOf' | 'countsOf'>,
  ) {
    this.#connection = connection;
    this.#api = api;
    this.#lists = lists;
    this.#upkeep = upkeep;
  }

  async look(stream: ServiceStream): Promise<StreamSight | undefined> {
    const subject = `STREAM.INFO.${stream.name}`;
    const info = await this.#api.ask<StreamInfo>(subject);
    if (info.error) {
      if (info.error.err_code === apiError.streamNotFound) return undefined;
      throw refusal(info.error, subject);
    }
    const listed = await this.#lists.of(stream.name);
    const durables = listed.filter(({ config }) => config.durable_name !== undefined);
    const counts = await this.#countsFor(stream, durables);
    const consumers = await Promise.all(
      durables.map((consumer) => this.#sightOf(stream, consumer, counts)),
    );
    return {
      ...sizeOf(info),
      consumers: [...consumers, ...(await this.#unread(stream, durables, counts))],
    };
  }

  listen(tell: (advisory: Advisory) => void): () => void {
    return listenToAdvisories(this.#connection, tell);
  }

  /** Messages by subject, of what consumers read: request events, and facts where somebody reacts to them. */
  async #countsFor(
    stream: ServiceStream,
    durables: readonly ConsumerInfo[],
  ): Promise<ReadonlyMap<string, number>> {
    if (stream.role === 'retries') return new Map();
    const { requests, facts } = subjectsOf(stream);
    const readsFacts = durables.some(({ config }) =>
      filtersOf(config).some((filter) => overlap(filter, facts)),
    );
    const counts = await Promise.all(
      [requests, ...(readsFacts ? [facts] : [])].map((filter) =>
        this.#upkeep.countsOf(stream, filter),
      ),
    );
    return new Map(counts.flatMap((each) => [...each]));
  }

  async #sightOf(
    stream: ServiceStream,
    info: ConsumerInfo,
    counts: ReadonlyMap<string, number>,
  ): Promise<ConsumerSight> {
    const { config, num_pending, num_ack_pending, priority_groups } = info;
    const waits = num_pending + num_ack_pending > 0;
    const limit = config.max_ack_pending ?? 0;
    return {
      consumer: info.name,
      service: config.metadata?.[readerMetadata] ?? info.name,
      pending: num_pending,
      unacknowledged: num_ack_pending,
      unacknowledgedLimit: limit > 0 ? limit : undefined,
      redelivered: info.num_redelivered,
      waitingPulls: info.num_waiting,
      isPinned: priority_groups?.some((group) => Boolean(group.pinned_client_id)),
      oldestStoredAt: waits ? await this.#oldest(stream, info) : undefined,
      stored: sumUnder(filtersOf(config), counts),
    };
  }

  /** Everything up to the acknowledged floor is settled; the first message behind it is not. */
  async #oldest(
    stream: ServiceStream,
    { config, ack_floor }: ConsumerInfo,
  ): Promise<number | undefined> {
    const sequence = ack_floor.stream_seq + 1;
    const firsts = await Promise.all(
      filtersOf(config).map((filter) => this.#upkeep.firstOf(stream, filter, { sequence })),
    );
    const times = firsts.flatMap((first) => first?.storedAt ?? []);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** Partitions whose request events nobody reads: their service has never run, or its consumer was deleted. */
  async #unread(
    stream: ServiceStream,
    durables: readonly ConsumerInfo[],
    counts: ReadonlyMap<string, number>,
  ): Promise<readonly ConsumerSight[]> {
    if (stream.role === 'retries') return [];
    const { service } = stream;
    const read = durables
      .filter(({ config }) => config.metadata?.[readerMetadata] === service)
      .flatMap(({ config }) => filtersOf(config));
    const all = Array.from({ length: stream.partitions }, (_, partition) => partition);
    const unread = all.filter(
      (partition) => !read.some((filter) => overlap(filter, `in.${service}.${partition}.x`)),
    );
    if (unread.length === 0) return [];
    return Promise.all(
      unread.map(async (partition) => {
        const filter = `in.${service}.${partition}.>`;
        const pending = sumUnder([filter], counts);
        const first =
          pending > 0 ? await this.#upkeep.firstOf(stream, filter, { sequence: 1 }) : undefined;
        return unreadPartition(service, partition, pending, first?.storedAt);
      }),
    );
  }
}

const sumUnder = (filters: readonly string[], counts: ReadonlyMap<string, number>): number => {
  let sum = 0;
  for (const [subject, count] of counts) {
    if (filters.some((filter) => overlap(filter, subject))) sum += count;
  }
  return sum;
};

const unreadPartition = (
  service: string,
  partition: number,
  pending: number,
  oldestStoredAt: number | undefined,
): ConsumerSight => ({
  consumer: partitionDurable(service, partition),
  service,
  pending,
  unacknowledged: 0,
  unacknowledgedLimit: undefined,
  redelivered: 0,
  waitingPulls: 0,
  isPinned: false,
  oldestStoredAt,
  stored: pending,
});

const sizeOf = ({ config, state, cluster }: StreamInfo): Omit<StreamSight, 'consumers'> => {
  const followers = cluster?.replicas ?? [];
  const current = followers.filter((one) => one.current && !one.offline).length;
  return {
    messages: state.messages,
    bytes: state.bytes,
    limitBytes: config.max_bytes > 0 ? config.max_bytes : undefined,
    lastSequence: state.last_seq,
    oldestStoredAt: state.messages > 0 ? Date.parse(state.first_ts) : undefined,
    // Who answers is the leader.
    replicas: { configured: config.num_replicas, current: current + 1 },
    servers: [
      { name: cluster?.leader ?? 'unknown', isLeader: true, isCurrent: true, isOnline: true },
      ...followers.map(({ name, current: isCurrent, offline = false }) => ({
        ...{ name, isCurrent, isLeader: false, isOnline: !offline },
      })),
    ],
  };
};
