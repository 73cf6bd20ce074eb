import type { Socket } from 'node:net';
import { documentOf, Problem, problemMediaType } from './problem.ts';
import type { ProblemKind } from './problem-kinds.ts';

const kindByCode: Readonly<Record<string, readonly [ProblemKind, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'the headers are longer than 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'the request did not arrive in time'],
};

/** Answers on the bare socket what is not even a request: Node gave up while it read it. */
export const answerClientError = (error: Error & { code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [kind, detail] = kindByCode[error.code ?? ''] ?? [
    'malformed-request',
    'the request is not well-formed HTTP',
  ];
  const problem = new Problem(kind, detail);
  const { title, ...rest } = documentOf(problem, '');
  const body = JSON.stringify({ ...rest, title });
  const head = [
    `HTTP/1.1 ${problem.status} ${title}`,
    `content-type: ${problemMediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
};
