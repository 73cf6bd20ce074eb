import { ErrorCode, Events, type Msg, type NatsConnection, NatsError, type Status } from 'nats';

/** A publish as the broker would receive it. */
export interface SeenPublish {
  readonly subject: string;
  readonly body: string;
  readonly reply: string;
}

/** What the broker takes as headers and body. */
const mostBytes = 1_048_576;

interface Listener {
  readonly callback: (error: NatsError | null, message: Msg) => void;
  readonly close: () => void;
}

/** A client's connection as far as messages are published and answered on it; a test plays the broker. */
export class FakePublishConnection {
  readonly published: SeenPublish[] = [];
  readonly #listeners = new Map<string, Listener>();
  #tell: ((status: Status) => void) | undefined;
  #isClosed = false;

  get asConnection(): NatsConnection {
    const methods = {
      isClosed: () => this.#isClosed,
      info: { max_payload: mostBytes },
      protocol: {
        sendCommand: (bytes: Uint8Array) => this.published.push(...readFrames(Buffer.from(bytes))),
        flushPending: () => undefined,
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

/** Reads `HPUB <subject> <reply> <bytes of headers> <bytes of both>`, headers and body, as often as it is there. */
const readFrames = (bytes: Buffer): SeenPublish[] => {
  const seen: SeenPublish[] = [];
  for (let at = 0; at < bytes.length; ) {
    const start = bytes.indexOf('\r\n', at) + 2;
    const line = bytes.toString('latin1', at, start - 2);
    const [verb, subject = '', reply = '', headers, payload] = line.split(' ');
    if (verb !== 'HPUB') throw new Error(`not a publish: ${line}`);
    const end = start + Number(payload);
    seen.push({ subject, reply, body: bytes.toString('utf8', start + Number(headers), end) });
    at = end + 2;
  }
  return seen;
};
