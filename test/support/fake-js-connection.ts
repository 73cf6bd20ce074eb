import type { Msg, NatsConnection } from 'nats';

type Json = Record<string, unknown>;

/** A pull that a client has asked for: where its messages are to go. */
export interface FakePull {
  readonly subject: string;
  readonly inbox: string;
  readonly batch: number;
}

/**
 * A client's connection as far as JetStream is spoken on it, where a test plays the server.
 *
 * API requests are answered as the test says; what is pulled the test delivers, or loses.
 */
export class FakeJsConnection {
  readonly pulls: FakePull[] = [];
  /** What was published without asking for a reply: acknowledgements. */
  readonly published: { readonly subject: string; readonly text: string }[] = [];
  readonly asked: { readonly subject: string; readonly body: Json }[] = [];
  readonly #answer: (subject: string, body: Json) => Json;
  readonly #next: Promise<Json>[] = [];
  readonly #listeners = new Map<string, (error: null, message: Msg) => void>();

  constructor(answer: (subject: string, body: Json) => Json) {
    this.#answer = answer;
  }

  get asConnection(): NatsConnection {
    const methods = {
      isClosed: () => false,
      request: async (subject: string, text?: string) => {
        const body: Json = text ? JSON.parse(text) : {};
        const name = subject.replace('$JS.API.', '');
        this.asked.push({ subject: name, body });
        const said = (await this.#next.shift()) ?? this.#answer(name, body);
        return { json: () => said };
      },
      publish: (subject: string, payload: string | Uint8Array, options?: { reply?: string }) => {
        const text = Buffer.from(payload).toString('utf8');
        const inbox = options?.reply;
        if (inbox === undefined) this.published.push({ subject, text });
        else this.pulls.push({ subject, inbox, batch: JSON.parse(text).batch });
      },
      subscribe: (
        subject: string,
        { callback }: { callback: (error: null, message: Msg) => void },
      ) => {
        this.#listeners.set(subject, callback);
        return { unsubscribe: () => this.#listeners.delete(subject) };
      },
    };
    // What is spoken here is all that is used of a connection.
    return methods as unknown as NatsConnection;
  }

  /** The next request is answered so, when that is settled. */
  answerNext(said: Promise<Json>): void {
    this.#next.push(said);
  }

  /** How many inboxes are listened to. */
  get listening(): number {
    return this.#listeners.size;
  }

  /** Delivers a message of a stream to whoever asked with this pull. */
  deliver(pull: FakePull, streamSequence: number, consumerSequence: number, pending = 1): void {
    const reply = `$JS.ACK.S.C.1.${streamSequence}.${consumerSequence}.1767323045678901234.${pending}`;
    this.#send(pull, { subject: `in.tally.0.n${streamSequence}`, reply, data: Buffer.from('{}') });
  }

  /** Ends a pull with a status, 408 say. */
  end(pull: FakePull, code: number, description = 'as told'): void {
    this.#send(pull, {
      subject: pull.inbox,
      reply: '',
      data: new Uint8Array(),
      headers: { code, description },
    });
  }

  #send(pull: FakePull, message: Json): void {
    const wildcard = `${pull.inbox.slice(0, pull.inbox.lastIndexOf('.'))}.*`;
    this.#listeners.get(wildcard)?.(null, message as unknown as Msg);
  }
}
