import type { NatsConnection } from 'nats';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { ConsumerState, MessagePlace, StreamSize, Upkeep } from '../pipeline/upkeep.ts';
import type { NatsOptions } from './connect.ts';
import { readerMetadata } from './consumer-settings.ts';
import type { JsApi } from './js-api.ts';
import { NatsLeases } from './leases.ts';
import { type ConsumerInfo, type ConsumerLists, filtersOf } from './list-consumers.ts';
import { readMessage } from './stored-message.ts';

interface StreamInfo {
  readonly config: { readonly max_bytes: number };
  readonly state: {
    readonly bytes: number;
    readonly first_seq: number;
    readonly last_seq: number;
    readonly subjects?: Readonly<Record<string, number>>;
  };
  /** How many subjects there are in all: one answer holds 100,000. */
  readonly total?: number;
}

const readerOf = ({
  name,
  config,
  delivered,
  ack_floor,
  num_ack_pending,
}: ConsumerInfo): ConsumerState => {
  const { durable_name, ack_policy, metadata } = config;
  return {
    name,
    isDurable: durable_name !== undefined,
    service: metadata?.[readerMetadata],
    filters: filtersOf(config),
    settledUpTo: ack_policy === 'none' ? delivered.stream_seq : ack_floor.stream_seq,
    deliveredUpTo: delivered.stream_seq,
    unacknowledged: num_ack_pending,
  };
};

/** The upkeep of streams by the API of JetStream, asked of leaders only. */
export class NatsUpkeep implements Upkeep {
  readonly #api: JsApi;
  readonly #lists: ConsumerLists;
  readonly #leases: NatsLeases;

  constructor(
    connection: NatsConnection,
    api: JsApi,
    lists: ConsumerLists,
    options: Pick<NatsOptions, 'replicas' | 'storage'>,
  ) {
    this.#api = api;
    this.#lists = lists;
    this.#leases = new NatsLeases(connection, api, options);
  }

  async sizeOf({ name }: ServiceStream): Promise<StreamSize> {
    const { config, state } = await this.#api.get<StreamInfo>(`STREAM.INFO.${name}`);
    return {
      bytes: state.bytes,
      limitBytes: config.max_bytes > 0 ? config.max_bytes : undefined,
      firstSequence: state.first_seq,
      lastSequence: state.last_seq,
    };
  }

  async consumersOf({ name }: ServiceStream): Promise<readonly ConsumerState[]> {
    return (await this.#lists.of(name)).map(readerOf);
  }

  async countsOf({ name }: ServiceStream, filter: string): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (;;) {
      const request = { subjects_filter: filter, offset: counts.size };
      const { state, total = 0 } = await this.#api.get<StreamInfo>(`STREAM.INFO.${name}`, request);
      const page = Object.entries(state.subjects ?? {});
      for (const [subject, count] of page) counts.set(subject, count);
      if (page.length === 0 || counts.size >= total) return counts;
    }
  }

  async firstOf(
    { name }: ServiceStream,
    filter: string,
    from: { readonly sequence: number } | { readonly time: number },
  ): Promise<MessagePlace | undefined> {
    const start =
      'time' in from
        ? { start_time: new Date(from.time).toISOString() }
        : { seq: Math.max(1, from.sequence) };
    return readMessage(this.#api, name, { ...start, next_by_subj: filter });
  }

  async purge({ name }: ServiceStream, filter: string, below: number): Promise<number> {
    // The broker takes 0 for no bound: it would remove everything.
    if (!Number.isSafeInteger(below) || below < 1) throw new RangeError(`no sequence: ${below}`);
    const request = { filter, seq: below };
    const { purged } = await this.#api.get<{ purged: number }>(`STREAM.PURGE.${name}`, request);
    return purged;
  }

  hold(lease: string, forMs: number): Promise<boolean> {
    return this.#leases.hold(lease, forMs);
  }
}
