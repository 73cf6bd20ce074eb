import type { OutboundMessage } from '../pipeline/ports.ts';
import { largestMessage } from './topology.ts';

/** The largest headers that JetStream takes. */
const largestHeaders = 65_535;

/** Room for what a batch adds to the headers of a message. */
const forBatch = 256;

/** True when a stream takes a message of this size, and some more; bytes are counted only where it is close. */
export const fitsStream = (
  { headers, body }: Pick<OutboundMessage, 'headers' | 'body'>,
  reserve = forBatch,
): boolean => {
  let headerLength = 0;
  for (const name in headers) headerLength += name.length + (headers[name]?.length ?? 0) + 4;
  // No character of a string takes more than three bytes.
  if (reserve + 3 * headerLength <= largestHeaders) {
    if (largestHeaders + 3 * body.length <= largestMessage) return true;
  }
  const headerBytes = Object.entries(headers).reduce(
    (bytes, [name, value]) => bytes + bytesOf(name) + bytesOf(value) + 4,
    reserve,
  );
  return headerBytes <= largestHeaders && headerBytes + bytesOf(body) <= largestMessage;
};

const bytesOf = (text: string | Uint8Array): number =>
  typeof text === 'string' ? Buffer.byteLength(text) : text.length;
