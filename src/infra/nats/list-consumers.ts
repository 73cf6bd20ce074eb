import { BusUnavailable } from '../pipeline/errors.ts';
import type { JsApi } from './js-api.ts';

/** What the leader of a consumer says of it. */
export interface ConsumerInfo {
  readonly name: string;
  readonly config: {
    readonly durable_name?: string;
    readonly ack_policy: 'none' | 'all' | 'explicit';
    readonly filter_subject?: string;
    readonly filter_subjects?: readonly string[];
    readonly max_ack_pending?: number;
    readonly metadata?: Readonly<Record<string, string>>;
  };
  readonly delivered: { readonly stream_seq: number };
  readonly ack_floor: { readonly stream_seq: number };
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly num_redelivered: number;
  readonly num_waiting: number;
  /** Only of consumers that are given to one client at a time. */
  readonly priority_groups?: readonly { readonly pinned_client_id?: string }[];
}

interface ConsumerList {
  readonly total: number;
  readonly consumers: readonly ConsumerInfo[] | null;
  /** Those whose leaders did not answer. */
  readonly missing?: readonly string[] | null;
}

/** What a consumer reads; `>` for everything. */
export const filtersOf = ({
  filter_subject,
  filter_subjects,
}: ConsumerInfo['config']): readonly string[] => {
  if (filter_subjects?.length) return filter_subjects;
  return filter_subject ? [filter_subject] : ['>'];
};

/**
 * All consumers of a stream, each as its own leader says, or none at all: half of them would look like
 * a stream that fewer are behind.
 *
 * @throws BusUnavailable also while one of them cannot be asked; BusRefused
 */
export const listConsumers = async (api: JsApi, stream: string): Promise<ConsumerInfo[]> => {
  const found: ConsumerInfo[] = [];
  for (;;) {
    const page = await api.get<ConsumerList>(`CONSUMER.LIST.${stream}`, { offset: found.length });
    const { total, consumers, missing } = page;
    if (missing?.length) throw new BusUnavailable(`${stream}: ${missing.join(', ')} do not answer`);
    found.push(...(consumers ?? []));
    if (found.length >= total) return found;
    if (!consumers?.length) throw new BusUnavailable(`${stream}: not all consumers are listed`);
  }
};
