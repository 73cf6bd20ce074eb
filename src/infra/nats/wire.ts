import type { NatsConnection } from 'nats';
import type { OutboundMessage } from '../pipeline/ports.ts';
import { frameOf, writeFrame } from './frame.ts';
import { chunkBytes, type Outbound, outboundOf } from './outbound.ts';

const leastBytes = 2 * chunkBytes;
/** Larger buffers are for one use. */
const mostKeptBytes = 4 * 1024 * 1024;

/**
 * Publishes many messages in few writes, encoded one behind the other in one buffer.
 *
 * The buffer is used again, so whoever sends says when the server has all of it.
 */
export class Wire {
  readonly #connection: NatsConnection;
  readonly #outbound: Outbound;
  #spare: Buffer | undefined;

  /** @throws TypeError for a version of the client that is built otherwise */
  constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.#outbound = outboundOf(connection);
  }

  /**
   * Sends the messages, each with header lines of its own besides. Returns what to call once the
   * server has answered to what came after them; without that call the buffer is left to the collector.
   *
   * @throws TypeError for a header that would end its line, NatsError for a message that is too large
   */
  send(messages: readonly OutboundMessage[], toBroker: (index: number) => string): () => void {
    const mostBytes = this.#connection.info?.max_payload;
    let buffer = this.#spare ?? Buffer.allocUnsafeSlow(leastBytes);
    this.#spare = undefined;
    let [sent, end] = [0, 0];
    const flush = (): void => {
      this.#outbound.sendCommand(buffer.subarray(sent, end));
      this.#outbound.flushPending();
      sent = end;
    };
    messages.forEach((message, index) => {
      const frame = frameOf(message, { toBroker: toBroker(index) }, mostBytes);
      if (end + frame.bytes > buffer.length) {
        if (end > sent) flush();
        buffer = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, 2 * frame.bytes));
        [sent, end] = [0, 0];
      }
      end = writeFrame(buffer, end, frame);
      if (end - sent >= chunkBytes) flush();
    });
    if (end > sent) flush();
    return () => {
      if (buffer.length <= mostKeptBytes) this.#spare = buffer;
    };
  }
}
