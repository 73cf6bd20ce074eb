import { partitionOf } from '../../contracts/key-token.ts';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { InboundMessage } from '../pipeline/delivery.ts';
import { BusRefused } from '../pipeline/errors.ts';
import type { OutboundMessage } from '../pipeline/ports.ts';

/** As large as a message may be on the real bus, headers included. */
const largestBytes = 512 * 1024;

const encoder = new TextEncoder();
const roots = new Set(['fact', 'state', 'dead', 'parked', 'ruling', 'repair']);
const literal = /^[^\s.*>]+(\.[^\s.*>]+)+$/;

/**
 * The subject under which a stream stores what is published on another: `cart.add.<token>` as
 * `in.cart.<partition>.add`. Nothing when the stream does not take the subject.
 */
export const storedSubject = (
  { service, partitions, role }: ServiceStream,
  subject: string,
): string | undefined => {
  if (!literal.test(subject)) return undefined;
  const [first = '', second = '', third = '', ...rest] = subject.split('.');
  if (role === 'retries') return first === 'retry' && second === service ? subject : undefined;
  if (first === service && third !== '' && rest.length === 0) {
    return `in.${service}.${partitionOf(third, partitions)}.${second}`;
  }
  return second === service && roots.has(first) ? subject : undefined;
};

/** Where and when a message was stored. */
export type Stored = Pick<InboundMessage, 'subject' | 'stream' | 'sequence' | 'storedAt'>;

/** Makes of a message what readers of the stream get: a copy that nobody else can change. */
export const storedMessage = (
  stored: Stored,
  { headers, body }: Pick<OutboundMessage, 'headers' | 'body'>,
): InboundMessage => {
  const kept = { ...headers };
  let folded: Map<string, string> | undefined;
  return {
    ...stored,
    body: typeof body === 'string' ? encoder.encode(body) : Uint8Array.from(body),
    header: (name) => {
      folded ??= new Map(Object.entries(kept).map(([key, value]) => [key.toLowerCase(), value]));
      return folded.get(name);
    },
    allHeaders: () => ({ ...kept }),
  };
};

/** @throws BusRefused when a message is larger than a broker takes. */
export const refuseTooLarge = ({ subject, headers, body }: OutboundMessage): void => {
  let bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  for (const [name, value] of Object.entries(headers)) bytes += name.length + value.length + 4;
  if (bytes > largestBytes) {
    throw new BusRefused(`${subject}: ${bytes} bytes are more than ${largestBytes}`, true);
  }
};
