import { randomUUID } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What came back for one request. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A request that was not answered as it should be. */
export interface Failure {
  readonly what: string;
  readonly why: string;
}

/** An account that may change the catalogue: the manifests name it. */
export const admin = {
  username: 'ada',
  password: 'correct horse battery',
  email: 'ada@example.com',
};

const pauseMs = 60;

const staples = 13;

/** A product whose price nobody changes: a new price would be one more event for each cart that holds it. */
export const stapleOf = (number: number): string => `staple-${number % staples}`;

/**
 * People at the gateway: each changes the price of a product of their own, one by one and without an
 * end, to 1, 2, 3 and so on. What the stream must hold in the end follows from what was accepted.
 *
 * Every request has a connection of its own, as behind a proxy that is told of pods that leave; none is
 * repeated.
 */
export class ShopLoad {
  readonly failures: Failure[] = [];
  /** The last price that was accepted of each product. */
  readonly accepted = new Map<string, number>();
  /** How long answers took, in milliseconds. */
  readonly tookMs: number[] = [];
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: false });
  #token = '';
  #isOver = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(url: string) {
    this.#url = url;
  }

  /** Registers, logs in, and adds a product for each of so many people, and the staples. @throws when any of it fails */
  async prepare(people: number): Promise<void> {
    await this.#must('POST', '/users', admin, [200, 201, 202, 409]);
    const { username, password } = admin;
    for (let tries = 0; this.#token === '' && tries < 50; tries++) {
      const { status, text } = await this.ask('POST', '/sessions', { username, password });
      if (status === 201) this.#token = (JSON.parse(text) as { token: string }).token;
      else await sleep(200);
    }
    for (let number = 0; number < people; number++) {
      await this.#sell(`product-${number}`);
      this.accepted.set(`product-${number}`, 0);
    }
    for (let number = 0; number < staples; number++) await this.#sell(stapleOf(number));
  }

  begin(): void {
    this.#running = Promise.all([...this.accepted.keys()].map((product) => this.#reprice(product)));
  }

  /** Lets everybody finish what they have begun. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
    this.#agent.destroy();
  }

  ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      prefer: 'wait=20',
      'idempotency-key': randomUUID(),
      ...(text && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      }),
      ...(this.#token && { authorization: `Bearer ${this.#token}` }),
    };
    return new Promise((resolve, reject) => {
      const options = { method, headers, agent: this.#agent, timeout: 30_000 };
      const asked = request(`${this.#url}${path}`, options, (answer) => {
        readAll(answer).then(
          (read) => resolve({ status: answer.statusCode ?? 0, text: read }),
          reject,
        );
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer in 30 s')));
      asked.on('error', reject);
      asked.end(text);
    });
  }

  async #sell(productId: string): Promise<void> {
    const price = { amount: 0, currency: 'EUR' };
    const body = { productId, name: productId, description: '', price };
    await this.#must('POST', '/products', body, [200, 201, 409]);
  }

  async #reprice(productId: string): Promise<void> {
    for (let amount = 1; !this.#isOver; amount++) {
      const body = { price: { amount, currency: 'EUR' } };
      const beganAt = performance.now();
      const what = `PATCH /products/${productId} ${amount}`;
      try {
        const { status, text } = await this.ask('PATCH', `/products/${productId}`, body);
        this.tookMs.push(performance.now() - beganAt);
        if (status === 200 || status === 202) this.accepted.set(productId, amount);
        else this.failures.push({ what, why: `${status} ${text}` });
      } catch (error) {
        this.failures.push({ what, why: String(error) });
      }
      await sleep(pauseMs);
    }
  }

  async #must(
    method: string,
    path: string,
    body: unknown,
    statuses: readonly number[],
  ): Promise<void> {
    const { status, text } = await this.ask(method, path, body);
    if (!statuses.includes(status)) throw new Error(`${method} ${path}: ${status} ${text}`);
  }
}

const readAll = async (answer: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return text;
};
