import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Ran } from './node-answers.ts';

/** RFC 6455, 1.3. */
const websocketKey = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The streams of a command in a container, by their first byte (`v5.channel.k8s.io`). */
const [standardOutput, outcome] = [1, 3];

/** Answers a request to run a command as a kubelet does: over a WebSocket, whose messages name a stream. */
export const answerExec = async (
  { headers }: IncomingMessage,
  socket: Duplex,
  running: Promise<Ran>,
): Promise<void> => {
  const accept = createHash('sha1')
    .update(`${headers['sec-websocket-key']}${websocketKey}`)
    .digest('base64');
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    'Sec-WebSocket-Protocol: v5.channel.k8s.io',
  ];
  // Whatever comes is not for the command; read, so that the other side's end is seen.
  socket.on('error', () => socket.destroy()).resume();
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const { output, code } = await running;
  if (output !== '') socket.write(message(standardOutput, output));
  socket.write(message(outcome, JSON.stringify(statusOf(code))));
  socket.end(Buffer.from([0x88, 2, 0x03, 0xe8]));
};

const statusOf = (code: number): object =>
  code === 0
    ? { metadata: {}, status: 'Success' }
    : {
        metadata: {},
        status: 'Failure',
        reason: 'NonZeroExitCode',
        message: `command terminated with exit code ${code}`,
        details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
      };

/** One binary message in one frame; a server's are not masked. */
const message = (stream: number, text: string): Buffer => {
  const payload = Buffer.concat([Buffer.from([stream]), Buffer.from(text)]);
  const length = Buffer.alloc(payload.length < 126 ? 1 : 9);
  if (payload.length < 126) length[0] = payload.length;
  else {
    length[0] = 127;
    length.writeBigUInt64BE(BigInt(payload.length), 1);
  }
  return Buffer.concat([Buffer.from([0x82]), length, payload]);
};
