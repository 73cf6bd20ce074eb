import type { NatsConnection } from 'nats';
import type { ServiceStream } from '../../contracts/streams.ts';
import { BusUnavailable } from '../pipeline/errors.ts';
import type { ConsumerState, MessagePlace, StreamSize, Upkeep } from '../pipeline/upkeep.ts';
import type { NatsOptions } from './connect.ts';
import type { JsApi } from './js-api.ts';
import { NatsLeases } from './leases.ts';
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

interface ConsumerInfo {
  readonly name: string;
  readonly config: {
    readonly durable_name?: string;
    readonly ack_policy: 'none' | 'all' | 'explicit';
    readonly filter_subject?: string;
    readonly filter_subjects?: readonly string[];
    readonly metadata?: Readonly<Record<string, string>>;
  };
  readonly delivered: { readonly stream_seq: number };
  readonly ack_floor: { readonly stream_seq: number };
  readonly num_ack_pending: number;
}

interface ConsumerList {
  readonly total: number;
  readonly consumers: readonly ConsumerInfo[] | null;
  /** Those whose leaders did not answer. */
  readonly missing?: readonly string[] | null;
}

const readerOf = ({
  name,
  config,
  delivered,
  ack_floor,
  num_ack_pending,
}: ConsumerInfo): ConsumerState => {
  const { durable_name, ack_policy, filter_subject, filter_subjects, metadata } = config;
  const single = filter_subject ? [filter_subject] : ['>'];
  return {
    name,
    isDurable: durable_name !== undefined,
    service: metadata?.['millrace.service'],
    filters: filter_subjects?.length ? filter_subjects : single,
    settledUpTo: ack_policy === 'none' ? delivered.stream_seq : ack_floor.stream_seq,
    deliveredUpTo: delivered.stream_seq,
    unacknowledged: num_ack_pending,
  };
};

/** The upkeep of streams by the API of JetStream, asked of leaders only. */
export class NatsUpkeep implements Upkeep {
  readonly #api: JsApi;
  readonly #leases: NatsLeases;

  constructor(
    connection: NatsConnection,
    api: JsApi,
    options: Pick<NatsOptions, 'replicas' | 'storage'>,
  ) {
    this.#api = api;
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
    const found: ConsumerState[] = [];
    for (;;) {
      const page = await this.#api.get<ConsumerList>(`CONSUMER.LIST.${name}`, {
        offset: found.length,
      });
      const { total, consumers, missing } = page;
      if (missing?.length) throw new BusUnavailable(`${name}: ${missing.join(', ')} do not answer`);
      found.push(...(consumers ?? []).map(readerOf));
      if (found.length >= total) return found;
      if (!consumers?.length) throw new BusUnavailable(`${name}: not all consumers are listed`);
    }
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
