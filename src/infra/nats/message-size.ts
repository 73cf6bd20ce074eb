import type { OutboundMessage } from '../pipeline/ports.ts';
import { largestMessage } from './topology.ts';

/** Room for what a batch adds to the headers of a message. */
const reserve = 256;

/** True when the stream takes a message of this size; bytes are counted only where it is close. */
export const fitsStream = ({ headers, body }: OutboundMessage): boolean => {
  let atMost = reserve + 3 * body.length;
  for (const name in headers) atMost += name.length + 3 * (headers[name]?.length ?? 0) + 4;
  return atMost <= largestMessage || sizeOf({ headers, body }) <= largestMessage;
};

const sizeOf = ({ headers, body }: Pick<OutboundMessage, 'headers' | 'body'>): number => {
  const bytesOf = (text: string | Uint8Array) =>
    typeof text === 'string' ? Buffer.byteLength(text) : text.length;
  return Object.entries(headers).reduce(
    (size, [name, value]) => size + name.length + bytesOf(value) + 4,
    reserve + bytesOf(body),
  );
};
