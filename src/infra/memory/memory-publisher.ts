import type { OutgoingEvent } from '../../contracts/define-event.ts';
import type { Envelope } from '../../contracts/envelope.ts';
import { encodeEvent } from '../pipeline/encode.ts';
import type {
  EventPublisher,
  OutboundMessage,
  Published,
  RawPublisher,
} from '../pipeline/ports.ts';
import type { MemoryTopology } from './memory-topology.ts';

/** Publishes into the stream that takes the subject; there is an answer at once, so nothing repeats. */
export class MemoryPublisher implements EventPublisher, RawPublisher {
  readonly #topology: MemoryTopology;

  constructor(topology: MemoryTopology) {
    this.#topology = topology;
  }

  async publish(event: OutgoingEvent, envelope: Envelope): Promise<Published> {
    return this.publishRaw(encodeEvent(event, envelope), envelope.id);
  }

  async publishRaw(message: OutboundMessage, id: string): Promise<Published> {
    return this.#topology.streamTaking(message.subject).publish(message, id);
  }
}
