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
  isTraced = false,
): Promise<void> => {
  const commits = bus.commits(stream);
  for (let from = 0; from < events; from += atOnce) {
    const messages = Array.from({ length: Math.min(atOnce, events - from) }, (_, offset) => {
      const event = make(from + offset);
      const envelope = newEnvelope(randomUUID(), event.contract.type);
      return encodeEvent(event, isTraced ? { ...envelope, traceparent: newTrace() } : envelope);
    });
    const { kind } = await commits.commit({ messages });
    if (kind !== 'committed') throw new Error(`${stream.name} could not be filled`);
  }
};

/** A trace of its own, which somebody records. */
const newTrace = (): string =>
  `00-${randomUUID().replaceAll('-', '')}-${randomUUID().replaceAll('-', '').slice(16)}-01`;
