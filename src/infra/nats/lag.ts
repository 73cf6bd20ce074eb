import { sumLags } from '../pipeline/lag.ts';
import type { NamedLag } from '../pipeline/ports.ts';
import { readerMetadata } from './consumer-settings.ts';
import type { JsApi } from './js-api.ts';

interface ConsumerInfo {
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly config: {
    readonly durable_name?: string;
    readonly metadata?: Readonly<Record<string, string>>;
  };
}

interface ConsumerPage {
  readonly consumers: readonly ConsumerInfo[] | null;
  readonly total: number;
}

/**
 * How far the readers of a stream are behind, as the leaders of their consumers say: the sum over the
 * partitions of each. A consumer that is nobody's of ours counts under its own name.
 *
 * @throws BusUnavailable, BusRefused
 */
export const readLags = async (api: JsApi, stream: string): Promise<readonly NamedLag[]> => {
  const lags: NamedLag[] = [];
  for (let offset = 0; ; ) {
    const { consumers, total } = await api.get<ConsumerPage>(`CONSUMER.LIST.${stream}`, { offset });
    for (const { num_pending, num_ack_pending, config } of consumers ?? []) {
      // Followers have no durable name: they are nobody's backlog.
      if (!config.durable_name) continue;
      const durable = config.metadata?.[readerMetadata] ?? config.durable_name;
      lags.push({ stream, durable, pending: num_pending, unacknowledged: num_ack_pending });
    }
    offset += consumers?.length ?? 0;
    if (!consumers?.length || offset >= total) return sumLags(lags);
  }
};
