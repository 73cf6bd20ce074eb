import type { NatsConnection } from 'nats';

const payloads = {
  ack: '+ACK',
  nak: '-NAK',
  progress: '+WPI',
} as const;

export type AckKind = keyof typeof payloads;

/** What the client's connections have besides what their types say. */
interface Commanding {
  readonly protocol?: { readonly sendCommand?: (command: string) => void };
}

/** So many leave without waiting for more. */
const mostAtOnce = 256;
/** Others wait so long for more: nobody waits for an acknowledgement, and fewer writes cost both sides less. */
const waitMs = 1;

/**
 * Joins acknowledgements per turn of the event loop, so that they leave in one write.
 *
 * One by one, each would be a write of its own: three times the client's work and twice the
 * server's (rows `iterator` and `callback` of `docs/performance.md`). They are handed to the client as
 * one text of commands. They are not confirmed: a lost one costs a redelivery, which the state
 * recognises.
 */
export class AckWriter {
  readonly #connection: NatsConnection & Commanding;
  #waiting: { readonly reply: string; readonly kind: AckKind }[] = [];

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  /** @param reply the reply subject of a delivery, which the broker made, or one made like it */
  write(reply: string, kind: AckKind): void {
    const count = this.#waiting.push({ reply, kind });
    if (count === 1) setTimeout(() => this.flush(), waitMs);
    else if (count === mostAtOnce) this.flush();
  }

  /** Drops what waits: it is about deliveries of a connection that is gone. */
  forget(): void {
    this.#waiting = [];
  }

  /** Sends what waits now. */
  flush(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    const connection = this.#connection;
    if (connection.isClosed()) return;
    if (connection.protocol?.sendCommand) connection.protocol.sendCommand(commandsOf(waiting));
    // A version of the client that has no such way: the same, at the usual price.
    else for (const { reply, kind } of waiting) connection.publish(reply, payloads[kind]);
  }
}

const commandsOf = (
  acks: readonly { readonly reply: string; readonly kind: AckKind }[],
): string => {
  let commands = '';
  for (const { reply, kind } of acks) commands += `PUB ${reply} 4\r\n${payloads[kind]}\r\n`;
  return commands;
};
