import type { ServiceStream } from '../../contracts/streams.ts';
import { sumLags } from '../pipeline/lag.ts';
import type { NamedLag } from '../pipeline/ports.ts';
import { readerMetadata } from './consumer-settings.ts';
import { apiError, refusal } from './errors.ts';
import type { JsApi } from './js-api.ts';
import type { ConsumerLists } from './list-consumers.ts';

interface StreamInfo {
  readonly state: { readonly messages: number };
}

/** How far the readers of a stream are behind, whatever it is for. @throws BusUnavailable, BusRefused */
export const readLagsOf = (
  api: JsApi,
  lists: ConsumerLists,
  stream: ServiceStream,
): Promise<readonly NamedLag[]> =>
  stream.role === 'retries' ? readRetryLag(api, lists, stream) : readLags(lists, stream.name);

/**
 * How far the readers of a stream are behind, as the leaders of their consumers say: the sum over the
 * partitions of each. A consumer that is nobody's of ours counts under its own name.
 *
 * @throws BusUnavailable, BusRefused
 */
const readLags = async (lists: ConsumerLists, stream: string): Promise<readonly NamedLag[]> => {
  const listed = await lists.of(stream);
  return sumLags(
    listed.flatMap(({ config: { durable_name, metadata }, num_pending, num_ack_pending }) => {
      // Followers have no durable name: they are nobody's backlog.
      if (!durable_name) return [];
      const durable = metadata?.[readerMetadata] ?? durable_name;
      return [{ stream, durable, pending: num_pending, unacknowledged: num_ack_pending }];
    }),
  );
};

/**
 * The same of a stream of retries: what still waits for its time is as far behind as what is due.
 * Nothing when there is no such stream, which only services without order have.
 *
 * @throws BusUnavailable, BusRefused
 */
const readRetryLag = async (
  api: JsApi,
  lists: ConsumerLists,
  { name, service }: ServiceStream,
): Promise<readonly NamedLag[]> => {
  const subject = `STREAM.INFO.${name}`;
  const info = await api.ask<StreamInfo>(subject);
  if (info.error) {
    if (info.error.err_code === apiError.streamNotFound) return [];
    throw refusal(info.error, subject);
  }
  const lags = await readLags(lists, name);
  const unacknowledged = lags.reduce((sum, lag) => sum + lag.unacknowledged, 0);
  const pending = Math.max(0, info.state.messages - unacknowledged);
  return [{ stream: name, durable: service, pending, unacknowledged }];
};
