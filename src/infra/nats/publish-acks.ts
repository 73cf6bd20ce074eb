import {
  createInbox,
  ErrorCode,
  Events,
  type Msg,
  type NatsConnection,
  NatsError,
  type Subscription,
} from 'nats';
import type { OutboundMessage } from '../pipeline/ports.ts';
import { type Frame, frameOf } from './frame.ts';
import { NumberTable } from './number-table.ts';
import { checkOpen, type Outbound, outboundOf, sendFrames } from './outbound.ts';
import { type PublishAnswer, readPublishAnswer } from './publish-answer.ts';

/** One publish whose answer has not come. */
interface Waiting {
  readonly message: OutboundMessage;
  /** Header lines that are for the broker. */
  readonly toBroker: string;
  /** The last token of the subject to which it is answered. */
  readonly number: number;
  readonly until: number;
  readonly resolve: (answer: PublishAnswer) => void;
  readonly reject: (cause: unknown) => void;
}

/** How late a time limit may be noticed. */
const sweepMs = 50;

/**
 * Publishes messages and waits for the answer to each, thousands at a time.
 *
 * The client's own `request()` makes an error object, three promises and a timer for each, which is
 * most of what an acknowledged publish costs (measured, `docs/performance.md`). Here a publish is one
 * promise and one entry of a table: all answers come to one inbox, whose last token names the publish
 * and is never used again, so that late and repeated answers find nobody. One timer looks for those
 * whose time is over, and what is published in one turn of the event loop leaves in one write.
 */
export class PublishAcks {
  readonly #connection: NatsConnection;
  readonly #outbound: Outbound;
  readonly #inbox: string;
  readonly #waiting = new NumberTable<Waiting>();
  #outgoing: Waiting[] = [];
  #next = 1;
  #subscription: Subscription | undefined;
  #isWatching = false;
  #sweep: NodeJS.Timeout | undefined;

  constructor(connection: NatsConnection, inboxPrefix: string) {
    this.#connection = connection;
    this.#outbound = outboundOf(connection);
    this.#inbox = createInbox(inboxPrefix);
  }

  /**
   * Sends a message; rejects with the client's error when there is no answer in time, or cannot be.
   *
   * @param until by `performance.now()`
   */
  ask(message: OutboundMessage, toBroker: string, until: number): Promise<PublishAnswer> {
    return new Promise((resolve, reject) => {
      const number = this.#next++;
      const waiting = { message, toBroker, number, until, resolve, reject };
      this.#waiting.set(number, waiting);
      if (this.#outgoing.push(waiting) === 1) setImmediate(() => this.#flush());
      this.#sweep ??= setInterval(() => this.#endOverdue(), sweepMs);
    });
  }

  #flush(): void {
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    const frames: Frame[] = [];
    for (const waiting of outgoing) {
      try {
        checkOpen(this.#connection, this.#outbound);
        this.#listen();
        frames.push(this.#frameOf(waiting));
      } catch (cause) {
        // What cannot be sent: the others can.
        this.#fail(waiting, cause);
      }
    }
    sendFrames(this.#outbound, frames);
  }

  #frameOf({ message, toBroker, number }: Waiting): Frame {
    const reply = `${this.#inbox}.${number}`;
    return frameOf(message, { toBroker, reply }, this.#connection.info?.max_payload);
  }

  #listen(): void {
    this.#subscription ??= this.#subscribe();
    if (this.#isWatching) return;
    this.#isWatching = true;
    void this.#watch();
  }

  #subscribe(): Subscription {
    const subscription = this.#connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error) this.#failAll(error);
        else this.#receive(message);
      },
    });
    // Closed with the connection, or because it is not permitted: then the next publish tries again.
    void subscription.closed.then(() => {
      this.#subscription = undefined;
      this.#failAll(NatsError.errorForCode(ErrorCode.ConnectionClosed));
    });
    return subscription;
  }

  #receive(message: Msg): void {
    const waiting = this.#waiting.get(Number(message.subject.slice(this.#inbox.length + 1)));
    if (!waiting) return;
    this.#waiting.delete(waiting.number);
    waiting.resolve(readPublishAnswer(message));
  }

  async #watch(): Promise<void> {
    for await (const { type, data, permissionContext } of this.#connection.status()) {
      // What was under way on the old connection, or its answer, is gone: no need to wait for it.
      if (type === Events.Reconnect) this.#failAll(NatsError.errorForCode(ErrorCode.Disconnect));
      if (type === Events.Error && permissionContext?.operation === 'publish') {
        this.#failOldest(permissionContext.subject, NatsError.errorForCode(String(data)));
      }
    }
  }

  /** The broker names the subject that it refused, not the message. */
  #failOldest(subject: string, cause: unknown): void {
    const refused = this.#waiting.values().filter(({ message }) => message.subject === subject);
    const [oldest] = refused.sort((one, other) => one.number - other.number);
    if (oldest) this.#fail(oldest, cause);
  }

  #endOverdue(): void {
    const now = performance.now();
    for (const waiting of this.#waiting.values()) {
      if (waiting.until <= now) this.#fail(waiting, NatsError.errorForCode(ErrorCode.Timeout));
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  #failAll(cause: unknown): void {
    for (const waiting of this.#waiting.values()) this.#fail(waiting, cause);
  }

  #fail(waiting: Waiting, cause: unknown): void {
    if (this.#waiting.delete(waiting.number)) waiting.reject(cause);
  }
}
