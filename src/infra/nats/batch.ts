import { type NatsConnection, nuid } from 'nats';
import type { OutboundMessage } from '../pipeline/ports.ts';
import { type ApiError, clientFailure } from './errors.ts';
import { writeHeaderLines } from './header-lines.ts';
import { Wire } from './wire.ts';

/** What the stream says to a batch: where its last message is, or why none of it is stored. */
export type BatchAnswer =
  | { readonly kind: 'stored'; readonly lastSequence: number; readonly count: number }
  | { readonly kind: 'refused'; readonly error: ApiError };

interface Acknowledgement {
  readonly seq?: number;
  readonly count?: number;
  readonly error?: ApiError;
}

/**
 * Publishes messages as atomic batches: all of one are stored one behind the other, or none (ADR-50).
 */
export class BatchPublisher {
  readonly #connection: NatsConnection;
  readonly #wire: Wire;
  readonly #timeoutMs: number;

  constructor(connection: NatsConnection, timeoutMs: number) {
    this.#connection = connection;
    this.#wire = new Wire(connection);
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Publishes one batch. Only its last message is a request; what the server has against any of them
   * it says there.
   *
   * @throws BusUnavailable when there was no answer: then nobody knows whether it is stored
   */
  async publish(messages: readonly OutboundMessage[]): Promise<BatchAnswer> {
    const id = nuid.next();
    const last = messages.length - 1;
    const { subject, headers, body } = messages[last] as OutboundMessage;
    const commit = `${placeLines(id, last)}\r\nNats-Batch-Commit: 1`;
    try {
      const request = { headers: writeHeaderLines(commit, headers), timeout: this.#timeoutMs };
      const release = this.#sendOpening(messages.slice(0, last), id);
      const reply = await this.#connection.request(subject, body, request);
      // It is the answer to the last one: the server has read all the others.
      release();
      return answerOf(reply.json<Acknowledgement>());
    } catch (cause) {
      throw clientFailure(cause, `batch of ${messages.length}`);
    }
  }

  #sendOpening(messages: readonly OutboundMessage[], id: string): () => void {
    if (this.#connection.isClosed()) throw new Error('the connection is closed');
    return this.#wire.send(messages, (index) => placeLines(id, index));
  }
}

const placeLines = (id: string, index: number): string =>
  `\r\nNats-Batch-Id: ${id}\r\nNats-Batch-Sequence: ${index + 1}`;

const answerOf = ({ error, seq = 0, count = 0 }: Acknowledgement): BatchAnswer =>
  error ? { kind: 'refused', error } : { kind: 'stored', lastSequence: seq, count };
