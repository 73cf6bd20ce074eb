import type { NatsConnection } from 'nats';
import type { OutgoingEvent } from '../../contracts/define-event.ts';
import type { Envelope } from '../../contracts/envelope.ts';
import { encodeEvent } from '../pipeline/encode.ts';
import { BusRefused, BusUnavailable } from '../pipeline/errors.ts';
import type {
  EventPublisher,
  OutboundMessage,
  Published,
  RawPublisher,
} from '../pipeline/ports.ts';
import { type ApiError, clientFailure, placeless, refusal } from './errors.ts';
import { writeHeaderLines } from './header-lines.ts';
import { checkSubject } from './plain-subject.ts';

interface Acknowledgement {
  readonly stream?: string;
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: ApiError;
}

/** How long one try waits for its acknowledgement. */
const tryMs = 2_000;
const pauseMs = 100;

/**
 * Publishes and waits for the stream's acknowledgement, again and again under the same id.
 *
 * What is published while there is no connection vanishes in silence, so nothing counts as
 * published before its acknowledgement; the stream drops a repeat that it has already stored.
 */
export class NatsPublisher implements EventPublisher, RawPublisher {
  readonly #connection: NatsConnection;

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  async publish(event: OutgoingEvent, envelope: Envelope, deadlineMs?: number): Promise<Published> {
    return this.publishRaw(encodeEvent(event, envelope), envelope.id, deadlineMs);
  }

  async publishRaw(message: OutboundMessage, id: string, deadlineMs = 5_000): Promise<Published> {
    const until = performance.now() + deadlineMs;
    for (;;) {
      const left = until - performance.now();
      try {
        return await this.#tryOnce(message, id, Math.max(1, Math.min(tryMs, left)));
      } catch (error) {
        const isFinal = error instanceof BusRefused || this.#connection.isClosed();
        if (isFinal || performance.now() + pauseMs >= until) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #tryOnce(message: OutboundMessage, id: string, timeout: number): Promise<Published> {
    const answer = await this.#request(message, id, timeout);
    if (answer.error) throw refusal(answer.error, `publish ${placeless(message.subject)}`);
    const { stream, seq: sequence, duplicate = false } = answer;
    if (stream === undefined || sequence === undefined) {
      throw new BusUnavailable(
        `publish ${placeless(message.subject)}: answered by something else than a stream`,
      );
    }
    return { id, stream, sequence, duplicate };
  }

  async #request(message: OutboundMessage, id: string, timeout: number): Promise<Acknowledgement> {
    try {
      checkSubject(message.subject);
      const toBroker = { 'Nats-Msg-Id': encodeURIComponent(id) };
      const headers = writeHeaderLines(toBroker, message.headers);
      const reply = await this.#connection.request(message.subject, message.body, {
        headers,
        timeout,
      });
      return reply.json<Acknowledgement>();
    } catch (cause) {
      throw clientFailure(cause, `publish ${placeless(message.subject)}`);
    }
  }
}
