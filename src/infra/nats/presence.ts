import { ErrorCode, type NatsConnection, NatsError } from 'nats';
import { hearForGood } from './hear-for-good.ts';

/** Under this name each process of a service shows itself besides: no replica is called so. */
export const somebody = 'somebody';

/** Where a process of a service listens as long as it is connected. */
export const presenceSubject = (service: string, name: string): string =>
  `millrace.present.${service}.${name}`;

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
  readonly #service: string;

  constructor(connection: NatsConnection, service: string) {
    this.#connection = connection;
    this.#service = service;
  }

  /** Is there from now on, until the returned function is called. */
  show(name: string): () => void {
    const subject = presenceSubject(this.#service, name);
    return hearForGood(this.#connection, subject, (message) => void message.respond());
  }

  /** True only when nobody listens, and nobody does a moment later. */
  async isGone(name: string): Promise<boolean> {
    if (!(await this.#isUnheard(name))) return false;
    await new Promise((resolve) => setTimeout(resolve, onceMoreMs));
    return this.#isUnheard(name);
  }

  /** Whether somebody listens, and answers. */
  async ask(name: string): Promise<'answers' | 'silent' | 'nobody'> {
    try {
      const subject = presenceSubject(this.#service, name);
      await this.#connection.request(subject, '', { timeout: answerMs });
      return 'answers';
    } catch (error) {
      const isNobody = error instanceof NatsError && error.code === ErrorCode.NoResponders;
      return isNobody ? 'nobody' : 'silent';
    }
  }

  async #isUnheard(name: string): Promise<boolean> {
    if (this.#connection.isClosed()) return false;
    return (await this.ask(name)) === 'nobody';
  }
}
