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
import { clientFailure, placeless, refusal } from './errors.ts';
import { writeHeaderLines } from './header-lines.ts';
import { checkSubject } from './plain-subject.ts';
import { PublishAcks } from './publish-acks.ts';
import type { PublishAnswer } from './publish-answer.ts';

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
  readonly #acks: PublishAcks;
  readonly #mayWrite: (withinMs: number) => Promise<void>;

  /** @param mayWrite waited for before each try; throws when it is not allowed within a time */
  constructor(
    connection: NatsConnection,
    inboxPrefix: string,
    mayWrite: (withinMs: number) => Promise<void> = async () => {},
  ) {
    this.#connection = connection;
    this.#mayWrite = mayWrite;
    this.#acks = new PublishAcks(connection, inboxPrefix);
  }

  async publish(event: OutgoingEvent, envelope: Envelope, deadlineMs?: number): Promise<Published> {
    return this.publishRaw(encodeEvent(event, envelope), envelope.id, deadlineMs);
  }

  async publishRaw(message: OutboundMessage, id: string, deadlineMs = 5_000): Promise<Published> {
    const until = performance.now() + deadlineMs;
    const left = () => Math.max(1, until - performance.now());
    for (;;) {
      try {
        await this.#mayWrite(left());
        return await this.#tryOnce(message, id, Math.min(tryMs, left()));
      } catch (error) {
        const isFinal = error instanceof BusRefused || this.#connection.isClosed();
        if (isFinal || performance.now() + pauseMs >= until) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #tryOnce(message: OutboundMessage, id: string, timeoutMs: number): Promise<Published> {
    const answer = await this.#ask(message, id, timeoutMs);
    if (answer.kind !== 'stored') throw unstored(answer, message);
    const { stream, sequence, duplicate } = answer;
    return { id, stream, sequence, duplicate };
  }

  async #ask(
    { subject, headers, body }: OutboundMessage,
    id: string,
    timeoutMs: number,
  ): Promise<PublishAnswer> {
    try {
      checkSubject(subject);
      const lines = writeHeaderLines({ 'Nats-Msg-Id': encodeURIComponent(id) }, headers);
      return await this.#acks.ask({ subject, headers: lines, body }, timeoutMs);
    } catch (cause) {
      throw clientFailure(cause, whatOf(subject));
    }
  }
}

const whatOf = (subject: string): string => `publish ${placeless(subject)}`;

const unstored = (
  answer: Exclude<PublishAnswer, { kind: 'stored' }>,
  { subject }: OutboundMessage,
): Error => {
  switch (answer.kind) {
    case 'refused':
      return refusal(answer.error, whatOf(subject));
    case 'nobody':
      return new BusUnavailable(`${whatOf(subject)}: nobody answers there`);
    case 'malformed':
      return new BusUnavailable(`${whatOf(subject)}: answered by something else than a stream`);
  }
};
