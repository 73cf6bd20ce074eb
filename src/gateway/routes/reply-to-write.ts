import type { FastifyReply } from 'fastify';
import type { WriteAnswer } from '../publishing/write-requests.ts';

/** Sends the answer to a write. */
export const replyToWrite = (
  reply: FastifyReply,
  { status, headers, body }: WriteAnswer,
): WriteAnswer['body'] => {
  reply.code(status).headers(headers);
  return body;
};
