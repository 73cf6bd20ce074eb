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
import { checkSubject } from './plain-subject.ts';
import { PublishAcks } from './publish-acks.ts';
import type { PublishAnswer } from './publish-answer.ts';

/** How long one try waits for its acknowledgement. */
const tryMs = 2_000;
const pauseMs = 100;

/** Nothing when it is allowed to write; else resolves when it is, and rejects when not in time. */
export type MayWrite = (withinMs: number) => Promise<void> | undefined;

/**
 * Publishes and waits for the stream's acknowledgement, again and again under the same id.
 *
 * What is published while there is no connection vanishes in silence, so nothing counts as
 * published before its acknowledgement; the stream drops a repeat that it has already stored.
 */
export class NatsPublisher implements EventPublisher, RawPublisher {
  readonly #connection: NatsConnection;
  readonly #acks: PublishAcks;
  readonly #mayWrite: MayWrite;

  /** @param mayWrite waited for before each try */
  constructor(
    connection: NatsConnection,
    inboxPrefix: string,
    mayWrite: MayWrite = () => undefined,
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
    for (;;) {
      try {
        return await this.#tryOnce(message, id, until);
      } catch (error) {
        const isFinal = error instanceof BusRefused || this.#connection.isClosed();
        if (isFinal || performance.now() + pauseMs >= until) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  async #tryOnce(message: OutboundMessage, id: string, until: number): Promise<Published> {
    const permission = this.#mayWrite(Math.max(1, until - performance.now()));
    // Nearly always it is there: waiting for nothing would still be a turn.
    if (permission !== undefined) await permission;
    const now = performance.now();
    const answer = await this.#ask(message, id, Math.min(now + tryMs, Math.max(until, now + 1)));
    if (answer.kind !== 'stored') throw unstored(answer, message);
    const { stream, sequence, duplicate } = answer;
    return { id, stream, sequence, duplicate };
  }

  async #ask(message: OutboundMessage, id: string, until: number): Promise<PublishAnswer> {
    try {
      checkSubject(message.subject);
      return await this.#acks.ask(message, idLine(id), until);
    } catch (cause) {
      throw clientFailure(cause, whatOf(message.subject));
    }
  }
}

/** Under this id the stream recognises a repeat. */
const idLine = (id: string): string =>
  `\r\nNats-Msg-Id: ${plain.test(id) ? id : encodeURIComponent(id)}`;

/** As nearly every id is: seeing that costs less than encoding it. */
const plain = /^[\w.-]*$/;

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
