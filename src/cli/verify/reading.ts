import type { ServiceStream } from '../../contracts/streams.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import type { Bus } from '../../infra/pipeline/ports.ts';

/** Passes on what lies under a filter from a sequence on, in the stream's order; resolves at the end of it. */
export type Read = (
  filter: string,
  from: number,
  take: (message: InboundMessage) => void,
) => Promise<void>;

/** Reads a stream through followers, which count and leave nothing out. */
export const readStream =
  (bus: Pick<Bus, 'follow'>, stream: ServiceStream, signal: AbortSignal): Read =>
  async (filter, from, take) => {
    signal.throwIfAborted();
    const follower = bus.follow({ stream, filters: [filter], from, take });
    await either(follower.caughtUp, signal);
    await follower.stop();
    signal.throwIfAborted();
  };

const either = (promise: Promise<void>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    signal.addEventListener('abort', end);
    void promise.then(end);
  });
