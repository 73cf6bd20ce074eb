import { apiError, refusal } from './errors.ts';
import type { JsApi } from './js-api.ts';

/** A message read out of a stream by the API. */
export interface StoredMessage {
  readonly subject: string;
  readonly sequence: number;
  readonly storedAt: number;
  readonly body: Buffer;
  /** Its header lines, from `NATS/1.0` on; empty when it has none. */
  readonly headers: string;
}

interface Answer {
  readonly message: {
    readonly subject: string;
    readonly seq: number;
    readonly data?: string;
    readonly hdrs?: string;
    readonly time: string;
  };
}

/** Which message of a stream. */
export type WantedMessage =
  | { readonly last_by_subj: string }
  | { readonly seq: number; readonly next_by_subj?: string }
  | { readonly start_time: string; readonly next_by_subj: string };

/**
 * Reads one message from the stream's leader, never from a follower that may be behind.
 *
 * @throws BusUnavailable, BusRefused
 */
export const readMessage = async (
  api: JsApi,
  stream: string,
  wanted: WantedMessage,
): Promise<StoredMessage | undefined> => {
  const subject = `STREAM.MSG.GET.${stream}`;
  const answer = await api.ask<Answer>(subject, wanted);
  if (answer.error) {
    if (answer.error.err_code === apiError.messageNotFound) return undefined;
    throw refusal(answer.error, subject);
  }
  const { message } = answer;
  return {
    subject: message.subject,
    sequence: message.seq,
    storedAt: Date.parse(message.time),
    body: Buffer.from(message.data ?? '', 'base64'),
    headers: Buffer.from(message.hdrs ?? '', 'base64').toString('utf8'),
  };
};
