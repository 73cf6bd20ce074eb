import { createInbox, type Msg, type NatsConnection } from 'nats';
import { hearForGood } from './hear-for-good.ts';

export interface PullLoopOptions {
  readonly connection: NatsConnection;
  readonly inboxPrefix: string;
  readonly stream: string;
  readonly consumer: string;
  /** How many messages may be asked for now, in all. */
  readonly room: () => number;
  readonly onMessage: (message: Msg) => void;
  /** The consumer is gone or cannot be reached: make it again if that is yours to do. */
  readonly onTrouble: (status: string) => void;
  /** A pull has ended without filling: there is nothing more at the moment, or so the broker believes. */
  readonly onIdle?: () => void;
  /** What a pull of a pinned consumer says besides: its group, and its pin once it has one (ADR-42). */
  readonly claim?: () => Readonly<Record<string, string>>;
  /** The broker has given the consumer to somebody else (423): the pin is void. */
  readonly onPinLost?: () => void;
  /** How long the broker keeps a pull open. @default 2000 */
  readonly expiresMs?: number;
  /** The same until it has answered once: a short first pull shows soon that it does. @default 100 */
  readonly firstExpiresMs?: number;
}

/** The broker has ended a request for messages with an error. */
export interface PullFailure {
  readonly stream: string;
  /** Three digits, or `none`. */
  readonly code: string;
}

/** One open request for messages. */
interface Pull {
  readonly name: string;
  left: number;
  /** When it is believed lost: the broker says nothing when its leader changes or the link is dead. */
  readonly deadline: number;
}

/** A lost pull is noticed so long after it should have ended. */
const patienceMs = 500;

/** Renews a pin and brings nothing: no message is so small. */
const keepAlive = { batch: 1, max_bytes: 1 };

/**
 * Asks a durable consumer for messages, only for as many as there is room for.
 *
 * The client's own `consume()` asks for more than was wanted, stalls up to 45 seconds after a leader
 * is lost, and strands messages when it stops; this does not. Every pull ends by itself, by its
 * messages, by a status of the broker, or by its deadline, and is then asked again.
 */
export class PullLoop {
  readonly #options: PullLoopOptions;
  readonly #inbox: string;
  readonly #subject: string;
  readonly #expiresMs: number;
  /**
   * Keyed by the last token of their inbox. Which of several brought a message cannot be told, so the
   * oldest is charged; a deadline or status corrects what that gets wrong.
   */
  readonly #pulls = new Map<string, Pull>();
  /** The first of them, once it was looked up. */
  #oldest: Pull | undefined;
  #deafen = (): void => {};
  #watch: NodeJS.Timeout | undefined;
  #retryAt = 0;
  #next = 0;
  #stopped = false;
  #hasAnswered = false;
  #askedAt = 0;
  /** How many messages all open pulls together may still bring. */
  #open = 0;
  /** The broker has answered since it was last looked: a flag, because asking for the time costs more than the rest. */
  #answered = false;
  /** Since when the broker owes an answer; nothing while nothing is asked, for want of room. */
  #owedSince: number | undefined;

  constructor(options: PullLoopOptions) {
    this.#options = options;
    this.#expiresMs = options.expiresMs ?? 2000;
    this.#inbox = createInbox(options.inboxPrefix);
    this.#subject = `$JS.API.CONSUMER.MSG.NEXT.${options.stream}.${options.consumer}`;
  }

  start(): void {
    this.#deafen = hearForGood(this.#options.connection, `${this.#inbox}.*`, (message) =>
      this.#receive(message),
    );
    this.#watch = setInterval(() => this.#closeLost(), 250);
    this.refill();
  }

  /** Asks for more when there is worthwhile room: many small pulls cost more than few large ones. */
  refill(): void {
    if (this.#stopped || (this.#retryAt > 0 && performance.now() < this.#retryAt)) return;
    this.#retryAt = 0;
    const room = this.#options.room() - this.#open;
    if (room > 0 && room >= this.#open) this.#pull({ batch: room });
    else if (this.#options.claim && this.#isSilent()) this.#pull(keepAlive);
  }

  /** Nothing is open, for want of room: the broker would give the pin to somebody else. */
  #isSilent(): boolean {
    return this.#pulls.size === 0 && performance.now() - this.#askedAt > this.#expiresMs / 2;
  }

  /** The connection is new: what was asked on the old one is gone. */
  reconnected(): void {
    this.#pulls.clear();
    this.#oldest = undefined;
    this.#open = 0;
    this.#answered = false;
    this.#owedSince = undefined;
    this.#retryAt = 0;
    this.refill();
  }

  /** True when the broker answers: it has done so before, and owes no answer for longer than a few pulls take. */
  isAnswered(): boolean {
    if (this.#answered) return true;
    const now = performance.now();
    return this.#hasAnswered && now - (this.#owedSince ?? now) < 3 * this.#expiresMs;
  }

  /** Asks for nothing more; resolves when no open pull can bring anything. */
  async stop(): Promise<void> {
    this.#stopped = true;
    while (this.#pulls.size > 0 && !this.#options.connection.isClosed()) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.abandon();
  }

  /** Stops at once: what still arrives is dropped, which only a reader without acknowledgements may do. */
  abandon(): void {
    this.#stopped = true;
    clearInterval(this.#watch);
    this.#deafen();
  }

  #pull(wanted: { readonly batch: number; readonly max_bytes?: number }): void {
    const name = String(this.#next++);
    const now = performance.now();
    const expires =
      this.#hasAnswered || this.#answered ? this.#expiresMs : (this.#options.firstExpiresMs ?? 100);
    this.#askedAt = now;
    this.#owedSince ??= now;
    this.#pulls.set(name, { name, left: wanted.batch, deadline: now + expires + patienceMs });
    this.#open += wanted.batch;
    const request = JSON.stringify({
      ...wanted,
      expires: expires * 1_000_000,
      ...this.#options.claim?.(),
    });
    if (this.#options.connection.isClosed()) return;
    this.#options.connection.publish(this.#subject, request, { reply: `${this.#inbox}.${name}` });
  }

  #receive(message: Msg): void {
    if (message.reply?.startsWith('$JS.ACK.')) {
      this.#charge();
      this.#answered = true;
      this.#hand(message);
      if (this.#pulls.size <= 1) this.refill();
    } else this.#status(message);
  }

  #charge(): void {
    this.#oldest ??= this.#pulls.values().next().value;
    const oldest = this.#oldest;
    if (!oldest) return;
    oldest.left--;
    this.#open--;
    if (oldest.left <= 0) this.#end(oldest);
  }

  #end(pull: Pull): void {
    if (!this.#pulls.delete(pull.name)) return;
    this.#open -= pull.left;
    if (pull === this.#oldest) this.#oldest = undefined;
  }

  #hand(message: Msg): void {
    try {
      this.#options.onMessage(message);
    } catch (error) {
      // Thrown on, it would end the client's reading for good: the connection would be deaf.
      this.#options.onTrouble(`a message was not taken: ${String(error)}`);
    }
  }

  /** `404` and `408` end a pull as expected; `409` and `503` are trouble; `100` is a heartbeat. */
  #status(message: Msg): void {
    const { code = 0, description = '' } = message.headers ?? {};
    if (code === 100) return;
    const pull = this.#pulls.get(message.subject.slice(this.#inbox.length + 1));
    if (pull) this.#end(pull);
    if (code === 404 || code === 408) {
      this.#answered = true;
      this.#options.onIdle?.();
    } else if (code === 423) {
      this.#answered = true;
      this.#options.onPinLost?.();
    } else if (description === 'Message Size Exceeds MaxBytes') {
      // A message waits and there is no room for it: the pull that kept the pin has done its work.
      this.#answered = true;
    } else {
      // The consumer may be moving or gone: asking again at once would only spin.
      this.#retryAt = performance.now() + 250;
      this.#options.onTrouble(`${code} ${description}`.trim());
    }
    this.refill();
  }

  #closeLost(): void {
    const now = performance.now();
    for (const pull of this.#pulls.values()) if (pull.deadline < now) this.#end(pull);
    if (this.#answered) this.#owedSince = this.#pulls.size > 0 ? now : undefined;
    this.#hasAnswered ||= this.#answered;
    this.#answered = false;
    // Nothing is asked for, for want of room: nothing is owed.
    if (this.#pulls.size === 0 && this.#options.room() <= 0) this.#owedSince = undefined;
    this.refill();
  }
}
