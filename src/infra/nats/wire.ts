import { ErrorCode, type NatsConnection, NatsError } from 'nats';
import type { OutboundMessage } from '../pipeline/ports.ts';
import { headerLines } from './header-lines.ts';

/** What the client has besides what its types say: the queue of bytes that leave for the server. */
interface Outbound {
  sendCommand(bytes: Uint8Array): void;
  flushPending(): void;
}

/** So much leaves in one write: the server works on it while the next is being encoded. */
const chunkBytes = 128 * 1024;
const leastBytes = 2 * chunkBytes;
/** Larger buffers are for one use. */
const mostKeptBytes = 4 * 1024 * 1024;

/**
 * Publishes many messages in few writes, encoded one behind the other in one buffer.
 *
 * One by one, the client makes four arrays of bytes of each and copies them together again.
 * The buffer is used again, so whoever sends says
 * when the server has all of it.
 */
export class Wire {
  readonly #connection: NatsConnection;
  readonly #outbound: Outbound;
  #spare: Buffer | undefined;

  /** @throws TypeError for a version of the client that is built otherwise */
  constructor(connection: NatsConnection & { readonly protocol?: Outbound }) {
    if (!connection.protocol) throw new TypeError('this client has no queue of bytes: use nats 2');
    this.#connection = connection;
    this.#outbound = connection.protocol;
  }

  /**
   * Sends the messages, each with header lines of its own besides. Returns what to call once the
   * server has answered to what came after them; without that call the buffer is left to the collector.
   *
   * @throws TypeError for a header that would end its line, NatsError for a message that is too large
   */
  send(messages: readonly OutboundMessage[], toBroker: (index: number) => string): () => void {
    const mostBytes = this.#connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
    let buffer = this.#spare ?? Buffer.allocUnsafeSlow(leastBytes);
    this.#spare = undefined;
    let [sent, end] = [0, 0];
    const flush = (): void => {
      this.#outbound.sendCommand(buffer.subarray(sent, end));
      this.#outbound.flushPending();
      sent = end;
    };
    messages.forEach((message, index) => {
      const frame = frameOf(message, toBroker(index));
      // The server would end the connection.
      if (frame.payloadBytes > mostBytes) throw new NatsError('', ErrorCode.MaxPayloadExceeded);
      if (end + frame.bytes > buffer.length) {
        if (end > sent) flush();
        buffer = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, 2 * frame.bytes));
        [sent, end] = [0, 0];
      }
      end = written(buffer, end, frame, message.body);
      if (end - sent >= chunkBytes) flush();
    });
    if (end > sent) flush();
    return () => {
      if (buffer.length <= mostKeptBytes) this.#spare = buffer;
    };
  }
}

interface Frame {
  /** The protocol's line and the headers. */
  readonly head: string;
  readonly headBytes: number;
  readonly bodyBytes: number;
  /** Headers and body. */
  readonly payloadBytes: number;
  /** All of it, with the end of the line behind the body. */
  readonly bytes: number;
}

const frameOf = ({ subject, headers, body }: OutboundMessage, toBroker: string): Frame => {
  const lines = `NATS/1.0\r\n${toBroker}${headerLines(headers)}\r\n`;
  const lineBytes = Buffer.byteLength(lines);
  const bodyBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  const payloadBytes = lineBytes + bodyBytes;
  const head = `HPUB ${subject} ${lineBytes} ${payloadBytes}\r\n${lines}`;
  const headBytes = lineBytes === lines.length ? head.length : Buffer.byteLength(head);
  return { head, headBytes, bodyBytes, payloadBytes, bytes: headBytes + bodyBytes + 2 };
};

const written = (
  buffer: Buffer,
  start: number,
  { head, headBytes, bodyBytes }: Frame,
  body: string | Uint8Array,
): number => {
  writeText(buffer, start, head, headBytes);
  const at = start + headBytes;
  if (typeof body === 'string') writeText(buffer, at, body, bodyBytes);
  else buffer.set(body, at);
  buffer[at + bodyBytes] = 13;
  buffer[at + bodyBytes + 1] = 10;
  return at + bodyBytes + 2;
};

/** What is ASCII is copied as it is, several times faster than it is encoded. */
const writeText = (buffer: Buffer, at: number, text: string, bytes: number): void => {
  buffer.write(text, at, bytes === text.length ? 'latin1' : 'utf8');
};
