import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection, type StoredMsg } from 'nats';

/** One event, as the stream and the log have it; times in milliseconds since 1970. */
export interface Account {
  readonly storedAt: number;
  /** When its fact was stored. */
  readonly visibleAt: number;
  /** When the worker said that it was settled. */
  readonly settledAt: number;
}

/** Somebody who publishes products at a steady pace, as any NATS client would, and counts by himself. */
export class ProductLoad implements AsyncDisposable {
  readonly #connection: NatsConnection;
  /** So that no two of them publish the same. */
  readonly #name = randomUUID().slice(0, 8);
  #published = 0;

  private constructor(connection: NatsConnection) {
    this.#connection = connection;
  }

  static async connect(url: string): Promise<ProductLoad> {
    return new ProductLoad(await connect({ servers: [url] }));
  }

  /** Publishes one; resolves when the stream has it. */
  async publish(): Promise<void> {
    const productId = `${this.#name}-${++this.#published}`;
    const price = { amount: 100, currency: 'EUR' };
    const body = JSON.stringify({ productId, name: productId, description: '', price });
    await this.#connection
      .jetstream()
      .publish(`product.add.${productId}`, body, { msgID: `load-${productId}` });
  }

  /** Publishes at a steady pace for a time. */
  async flow(perSecond: number, seconds: number): Promise<void> {
    const startedAt = performance.now();
    for (let sent = 0; sent < perSecond * seconds; sent++) {
      const dueIn = startedAt + (sent * 1000) / perSecond - performance.now();
      if (dueIn > 0) await sleep(dueIn);
      await this.publish();
    }
  }

  /** What became of every event that is settled, by the stream's own times and the worker's log. */
  async accounts(logFile: string): Promise<readonly Account[]> {
    const settled = settledIn(await readFile(logFile, 'utf8'));
    const stored = new Map<number, number>();
    const visible = new Map<string, number>();
    for (const { seq, subject, time, header } of await this.#messages()) {
      if (subject.startsWith('in.')) stored.set(seq, time.getTime());
      if (subject.startsWith('fact.')) visible.set(header.get('ce-causationid'), time.getTime());
    }
    return settled.flatMap(({ sequence, eventId, time: settledAt }) => {
      const [storedAt, visibleAt] = [stored.get(sequence), visible.get(eventId)];
      if (storedAt === undefined || visibleAt === undefined) return [];
      return [{ storedAt, visibleAt, settledAt }];
    });
  }

  /** Everything that the stream holds. */
  async #messages(): Promise<readonly StoredMsg[]> {
    const { streams } = await this.#connection.jetstreamManager();
    const { state } = await streams.info('PRODUCT');
    const sequences = Array.from(
      { length: state.last_seq - state.first_seq + 1 },
      (_, index) => state.first_seq + index,
    );
    const messages = await Promise.all(
      sequences.map((seq) => streams.getMessage('PRODUCT', { seq }).catch(() => undefined)),
    );
    return messages.filter((message) => message !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }
}

interface SettledLine {
  readonly eventId: string;
  readonly sequence: number;
  readonly time: number;
}

/** Every event that the worker said to be settled, at the moment when it said so. */
const settledIn = (log: string): readonly SettledLine[] =>
  log
    .split('\n')
    .filter((line) => line.includes('"msg":"settled"'))
    .map((line) => JSON.parse(line) as SettledLine);
