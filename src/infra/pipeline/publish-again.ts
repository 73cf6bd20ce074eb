import { type Envelope, readEnvelope, writeHeaders } from '../../contracts/envelope.ts';
import { InvalidEvent } from '../../contracts/invalid-event.ts';
import { partitionOf } from '../../contracts/key-token.ts';
import { readSubject, requestSubjectAt, type ServiceStream } from '../../contracts/streams.ts';
import { type Decode, Derived } from './decode.ts';
import type { InboundMessage } from './delivery.ts';
import type { OutboundMessage } from './ports.ts';

/**
 * A request event as it is published once more, under the id that it has.
 *
 * A state that contains it after all recognises it by that. What a producer left to the place where
 * it was stored, its id among it, is written out, because its place is another one now.
 */
export const publishedAgain = (
  stream: ServiceStream,
  original: InboundMessage,
  decode: Decode,
): OutboundMessage => {
  const { place } = decode(original);
  const { type = 'unknown', partition = 0 } = readSubject(original.subject) ?? {};
  const { headers, body } = writtenOut(original, type);
  return {
    subject: requestSubjectAt(type, place.token || anyTokenOf(stream, partition)),
    headers: { ...headers, 'millrace-repair-of': String(original.sequence) },
    body,
  };
};

/**
 * A request event's headers and body, with what its producer left to the place where it was stored.
 *
 * Instructions to the broker are left out: they were for the first publish.
 */
export const writtenOut = (
  original: InboundMessage,
  type: string,
): Pick<OutboundMessage, 'headers' | 'body'> => {
  const headers = ownHeaders(original);
  const defaults = new Derived(original, type);
  try {
    const { envelope, data } = readEnvelope(original.header, original.body, defaults);
    if (envelope.id !== defaults.id) return { headers, body: original.body };
    return { headers: withEnvelope(headers, envelope), body: JSON.stringify(data ?? null) };
  } catch (error) {
    if (!(error instanceof InvalidEvent)) throw error;
    return { headers: { ...headers, 'ce-id': defaults.id }, body: original.body };
  }
};

/** A message's headers without instructions to a broker. */
export const ownHeaders = (original: InboundMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(original.allHeaders()).filter(([name]) => !/^nats-/i.test(name)),
  );

const withEnvelope = (headers: Record<string, string>, envelope: Envelope) => {
  const written = writeHeaders(envelope);
  const kept = Object.entries(headers).filter(([name]) => !(name.toLowerCase() in written));
  return { ...Object.fromEntries(kept), ...written };
};

/** Where no key can be read any token of the partition does. */
const anyTokenOf = (stream: ServiceStream, partition: number): string => {
  for (let n = 0; ; n++) {
    if (partitionOf(`no-key-${n}`, stream.partitions) === partition) return `no-key-${n}`;
  }
};
