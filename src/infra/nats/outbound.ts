import { ErrorCode, type NatsConnection, NatsError } from 'nats';
import { type Frame, writeFrame } from './frame.ts';

/** What the client has besides what its types say: the queue of bytes that leave for the server. */
export interface Outbound {
  sendCommand(bytes: Uint8Array): void;
  flushPending(): void;
  /** It drains, and has come to its end. */
  readonly noMorePublishing?: boolean;
}

/** So much leaves in one write: the server works on it while the next is being encoded. */
export const chunkBytes = 128 * 1024;

/** A client's queue of bytes. @throws TypeError for a version of the client that is built otherwise */
export const outboundOf = (
  connection: NatsConnection & { readonly protocol?: Outbound },
): Outbound => {
  if (!connection.protocol) throw new TypeError('this client has no queue of bytes: use nats 2');
  return connection.protocol;
};

/** @throws NatsError, as the client's `publish` does, when nothing can be published any more */
export const checkOpen = (connection: NatsConnection, outbound: Outbound): void => {
  if (connection.isClosed()) throw NatsError.errorForCode(ErrorCode.ConnectionClosed);
  if (outbound.noMorePublishing) throw NatsError.errorForCode(ErrorCode.ConnectionDraining);
};

/**
 * Sends frames, in few writes.
 *
 * One by one, the client makes four arrays of bytes of each and copies them together again.
 */
export const sendFrames = (outbound: Outbound, frames: readonly Frame[]): void => {
  let [first, bytes] = [0, 0];
  frames.forEach((frame, index) => {
    bytes += frame.bytes;
    const isLast = index === frames.length - 1;
    if (bytes < chunkBytes && !isLast) return;
    outbound.sendCommand(joined(frames.slice(first, index + 1), bytes));
    [first, bytes] = [index + 1, 0];
  });
};

const joined = (frames: readonly Frame[], bytes: number): Buffer => {
  const buffer = Buffer.allocUnsafe(bytes);
  let end = 0;
  for (const frame of frames) end = writeFrame(buffer, end, frame);
  return buffer;
};
