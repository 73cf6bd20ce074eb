import { type NatsConnection, nuid } from 'nats';
import type { OutboundMessage } from '../pipeline/ports.ts';
import { type ApiError, clientFailure } from './errors.ts';
import { writeHeaderLines } from './header-lines.ts';

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
 * Publishes messages as one atomic batch: all are stored one behind the other, or none (ADR-50).
 *
 * Only the last one is a request; what the server has against any of them it says there.
 *
 * @throws BusUnavailable when there was no answer: then nobody knows whether it is stored
 */
export const publishBatch = async (
  connection: NatsConnection,
  messages: readonly OutboundMessage[],
  timeoutMs: number,
): Promise<BatchAnswer> => {
  const id = nuid.next();
  const last = messages.length - 1;
  try {
    for (let index = 0; index < last; index++) {
      const message = messages[index] as OutboundMessage;
      const headers = writeHeaderLines(place(id, index), message.headers);
      connection.publish(message.subject, message.body, { headers });
    }
    const message = messages[last] as OutboundMessage;
    const toBroker = { ...place(id, last), 'Nats-Batch-Commit': '1' };
    const headers = writeHeaderLines(toBroker, message.headers);
    const reply = await connection.request(message.subject, message.body, {
      headers,
      timeout: timeoutMs,
    });
    return answerOf(reply.json<Acknowledgement>());
  } catch (cause) {
    throw clientFailure(cause, `batch of ${messages.length}`);
  }
};

const place = (id: string, index: number) => ({
  'Nats-Batch-Id': id,
  'Nats-Batch-Sequence': String(index + 1),
});

const answerOf = ({ error, seq = 0, count = 0 }: Acknowledgement): BatchAnswer =>
  error ? { kind: 'refused', error } : { kind: 'stored', lastSequence: seq, count };
