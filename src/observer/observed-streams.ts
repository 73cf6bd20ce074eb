import { cartStream } from '../contracts/cart/stream.ts';
import { productStream } from '../contracts/product/stream.ts';
import { retryStreamOf, type ServiceStream } from '../contracts/streams.ts';
import { userStream } from '../contracts/user/stream.ts';

/** The streams of the services that are observed. */
export const serviceStreams: readonly ServiceStream[] = [userStream, productStream, cartStream];

/** All streams that are looked at: those of services without order have one of retries beside them. */
export const streamsBeside = (streams: readonly ServiceStream[]): readonly ServiceStream[] => [
  ...streams,
  ...streams.map(retryStreamOf),
];
