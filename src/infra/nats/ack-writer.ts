import type { NatsConnection } from 'nats';

const payloads = {
  ack: Buffer.from('+ACK'),
  nak: Buffer.from('-NAK'),
  progress: Buffer.from('+WPI'),
} as const;

export type AckKind = keyof typeof payloads;

/**
 * Joins acknowledgements per turn of the event loop, so that they leave in one write.
 *
 * One by one, each would be a write of its own: three times the client's work and twice the
 * server's (measured, `docs/performance.md`). They are not confirmed: a lost one costs a redelivery,
 * which the state recognises.
 */
export class AckWriter {
  readonly #connection: NatsConnection;
  #waiting: { readonly reply: string; readonly kind: AckKind }[] = [];

  constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  write(reply: string, kind: AckKind): void {
    if (this.#waiting.push({ reply, kind }) === 1) setImmediate(() => this.flush());
  }

  /** Sends what waits now. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (this.#connection.isClosed()) return;
    for (const { reply, kind } of waiting) this.#connection.publish(reply, payloads[kind]);
  }
}
