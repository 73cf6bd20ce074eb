import { ErrorCode, type NatsConnection, NatsError } from 'nats';

/** How long somebody who is there may take to say so; who takes longer is not gone. */
const answerMs = 500;
/** A connection that was cut is back by then. */
const onceMoreMs = 600;

/**
 * Tells at once when a process has ended: it listens on a subject of its own as long as it is
 * connected, and of a subject where nobody listens the broker says so.
 *
 * A process that is busy, or frozen, is still connected: of that one nothing is said here.
 */
export class Presence {
  readonly #connection: NatsConnection;
  readonly #begin: string;

  constructor(connection: NatsConnection, service: string) {
    this.#connection = connection;
    this.#begin = `millrace.present.${service}.`;
  }

  /** Is there from now on, until the returned function is called. */
  show(name: string): () => void {
    const subscription = this.#connection.subscribe(this.#begin + name, {
      callback: (_error, message) => void message.respond(),
    });
    return () => subscription.unsubscribe();
  }

  /** True only when nobody listens, and nobody does a moment later. */
  async isGone(name: string): Promise<boolean> {
    if (!(await this.#isUnheard(name))) return false;
    await new Promise((resolve) => setTimeout(resolve, onceMoreMs));
    return this.#isUnheard(name);
  }

  async #isUnheard(name: string): Promise<boolean> {
    if (this.#connection.isClosed()) return false;
    try {
      await this.#connection.request(this.#begin + name, '', { timeout: answerMs });
      return false;
    } catch (error) {
      return error instanceof NatsError && error.code === ErrorCode.NoResponders;
    }
  }
}
