import { randomUUID } from 'node:crypto';
import type { OutgoingEvent } from '../../src/contracts/define-event.ts';
import type { ServiceStream } from '../../src/contracts/streams.ts';
import type { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { encodeEvent } from '../../src/infra/pipeline/encode.ts';
import { newEnvelope } from '../new-envelope.ts';

/** As many as one atomic batch holds. */
const atOnce = 1_000;

/** Stores so many events, made by their number, as fast as it goes. @throws when the stream refuses */
export const fillStream = async (
  bus: NatsBus,
  stream: ServiceStream,
  events: number,
  make: (index: number) => OutgoingEvent,
  traceOf: (index: number) => string | undefined = () => undefined,
): Promise<void> => {
  const commits = bus.commits(stream);
  for (let from = 0; from < events; from += atOnce) {
    const messages = Array.from({ length: Math.min(atOnce, events - from) }, (_, offset) => {
      const event = make(from + offset);
      const traceparent = traceOf(from + offset);
      const envelope = newEnvelope(randomUUID(), event.contract.type);
      return encodeEvent(event, traceparent ? { ...envelope, traceparent } : envelope);
    });
    const { kind } = await commits.commit({ messages });
    if (kind !== 'committed') throw new Error(`${stream.name} could not be filled`);
  }
};

/** A trace of its own, which somebody records or nobody does. */
export const newTrace = (isRecorded: boolean): string => {
  const [trace, span] = [randomUUID(), randomUUID()].map((id) => id.replaceAll('-', ''));
  return `00-${trace}-${span?.slice(16)}-${isRecorded ? '01' : '00'}`;
};
