import { headers, type NatsConnection, nuid } from 'nats';
import type { OutboundMessage } from '../pipeline/ports.ts';
import { type ApiError, clientFailure } from './errors.ts';

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
      connection.publish(message.subject, message.body, {
        headers: batchHeaders(message, id, index),
      });
    }
    const message = messages[last] as OutboundMessage;
    const commit = batchHeaders(message, id, last);
    commit.set('Nats-Batch-Commit', '1');
    const reply = await connection.request(message.subject, message.body, {
      headers: commit,
      timeout: timeoutMs,
    });
    return answerOf(reply.json<Acknowledgement>());
  } catch (cause) {
    throw clientFailure(cause, `batch of ${messages.length}`);
  }
};

const batchHeaders = (message: OutboundMessage, id: string, index: number) => {
  const made = headers();
  for (const name in message.headers) made.set(name, message.headers[name] ?? '');
  made.set('Nats-Batch-Id', id);
  made.set('Nats-Batch-Sequence', String(index + 1));
  return made;
};

const answerOf = ({ error, seq = 0, count = 0 }: Acknowledgement): BatchAnswer =>
  error ? { kind: 'refused', error } : { kind: 'stored', lastSequence: seq, count };
