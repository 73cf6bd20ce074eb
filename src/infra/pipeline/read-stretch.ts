import type { ServiceStream } from '../../contracts/streams.ts';
import type { InboundMessage } from './delivery.ts';
import type { Bus } from './ports.ts';

/** A part of a stream. */
export interface Stretch {
  readonly stream: ServiceStream;
  readonly filters: readonly string[];
  readonly from: number;
  /** @default what the stream's end is when it is reached */
  readonly upTo?: number;
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

/** Takes the messages of a stretch in their order. @throws what the signal is aborted with */
export const readStretch = async (
  bus: Pick<Bus, 'follow'>,
  { stream, filters, from, upTo = Number.POSITIVE_INFINITY, signal }: Stretch,
  take: (message: InboundMessage) => void,
): Promise<void> => {
  signal.throwIfAborted();
  let [reach, abort] = [() => {}, () => {}];
  const reached = new Promise<void>((resolve, reject) => {
    reach = resolve;
    abort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', abort);
  const follower = bus.follow({
    stream,
    filters,
    from,
    take: (message) => (message.sequence > upTo ? reach() : take(message)),
  });
  try {
    await Promise.race([follower.caughtUp, reached]);
  } finally {
    signal.removeEventListener('abort', abort);
    await follower.stop();
  }
};
