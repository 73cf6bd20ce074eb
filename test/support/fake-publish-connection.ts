import { ErrorCode, Events, type Msg, type NatsConnection, NatsError, type Status } from 'nats';

/** A publish as the broker would receive it. */
export interface SeenPublish {
  readonly subject: string;
  readonly body: string;
  readonly reply: string;
}

interface Listener {
  readonly callback: (error: NatsError | null, message: Msg) => void;
  readonly close: () => void;
}

/** A client's connection as far as messages are published and answered on it; a test plays the broker. */
export class FakePublishConnection {
  readonly published: SeenPublish[] = [];
  /** What publishing throws, as the client does for what is too large or while it is closed. */
  refuses: NatsError | undefined;
  readonly #listeners = new Map<string, Listener>();
  #tell: ((status: Status) => void) | undefined;
  #isClosed = false;

  get asConnection(): NatsConnection {
    const methods = {
      isClosed: () => this.#isClosed,
      publish: (subject: string, payload: string | Uint8Array, { reply }: { reply: string }) => {
        if (this.refuses) throw this.refuses;
        this.published.push({ subject, body: Buffer.from(payload).toString('utf8'), reply });
      },
      subscribe: (subject: string, { callback }: Pick<Listener, 'callback'>) => {
        const closed = new Promise<void>((resolve) => {
          this.#listeners.set(subject, { callback, close: resolve });
        });
        return { closed };
      },
      status: () => this.#statuses(),
    };
    // What is spoken here is all that is used of a connection.
    return methods as unknown as NatsConnection;
  }

  /** The inboxes that are listened to. */
  get listening(): readonly string[] {
    return [...this.#listeners.keys()];
  }

  /** Answers a publish with a text, or with the broker's word that nobody listens. */
  answer({ reply }: Pick<SeenPublish, 'reply'>, text: string | 'nobody'): void {
    const inbox = `${reply.slice(0, reply.lastIndexOf('.'))}.*`;
    const said =
      text === 'nobody'
        ? { data: new Uint8Array(), headers: { code: 503 } }
        : { data: Buffer.from(text) };
    this.#listeners.get(inbox)?.callback(null, { subject: reply, ...said } as unknown as Msg);
  }

  reconnect(): void {
    this.#tell?.({ type: Events.Reconnect, data: 'there' });
  }

  forbidPublishing(subject: string): void {
    const permissionContext = { operation: 'publish', subject };
    this.#tell?.({ type: Events.Error, data: ErrorCode.PermissionsViolation, permissionContext });
  }

  /** As the client does when an inbox may not be listened to: says so and ends the subscription. */
  forbidListening(): void {
    const error = NatsError.errorForCode(ErrorCode.PermissionsViolation);
    for (const [subject, { callback, close }] of [...this.#listeners]) {
      this.#listeners.delete(subject);
      callback(error, {} as Msg);
      close();
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const { close } of this.#listeners.values()) close();
  }

  async *#statuses(): AsyncGenerator<Status> {
    for (;;) yield await new Promise<Status>((resolve) => (this.#tell = resolve));
  }
}
