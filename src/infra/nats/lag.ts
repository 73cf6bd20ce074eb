import type { ServiceStream } from '../../contracts/streams.ts';
import { sumLags } from '../pipeline/lag.ts';
import type { NamedLag } from '../pipeline/ports.ts';
import { readerMetadata } from './consumer-settings.ts';
import { apiError, refusal } from './errors.ts';
import type { JsApi } from './js-api.ts';

interface ConsumerInfo {
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly config: {
    readonly durable_name?: string;
    readonly metadata?: Readonly<Record<string, string>>;
  };
}

interface StreamInfo {
  readonly state: { readonly messages: number };
}

interface ConsumerPage {
  readonly consumers: readonly ConsumerInfo[] | null;
  readonly total: number;
}

/** How far the readers of a stream are behind, whatever it is for. @throws BusUnavailable, BusRefused */
export const readLagsOf = (api: JsApi, stream: ServiceStream): Promise<readonly NamedLag[]> =>
  stream.role === 'retries' ? readRetryLag(api, stream) : readLags(api, stream.name);

/**
 * How far the readers of a stream are behind, as the leaders of their consumers say: the sum over the
 * partitions of each. A consumer that is nobody's of ours counts under its own name.
 *
 * @throws BusUnavailable, BusRefused
 */
const readLags = async (api: JsApi, stream: string): Promise<readonly NamedLag[]> => {
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

/**
 * The same of a stream of retries: what still waits for its time is as far behind as what is due.
 * Nothing when there is no such stream, which only services without order have.
 *
 * @throws BusUnavailable, BusRefused
 */
const readRetryLag = async (
  api: JsApi,
  { name, service }: ServiceStream,
): Promise<readonly NamedLag[]> => {
  const subject = `STREAM.INFO.${name}`;
  const info = await api.ask<StreamInfo>(subject);
  if (info.error) {
    if (info.error.err_code === apiError.streamNotFound) return [];
    throw refusal(info.error, subject);
  }
  const lags = await readLags(api, name);
  const unacknowledged = lags.reduce((sum, lag) => sum + lag.unacknowledged, 0);
  const pending = Math.max(0, info.state.messages - unacknowledged);
  return [{ stream: name, durable: service, pending, unacknowledged }];
};
