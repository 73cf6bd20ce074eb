import { once } from 'node:events';
import {
  type AddressInfo,
  createServer,
  connect as dial,
  type Server,
  type Socket,
} from 'node:net';

/** What a link does to the bytes that go through it. */
export interface Weather {
  /** Bytes wait until the weather changes, in both directions, and nobody is told: a partition. */
  readonly isHeld?: boolean;
  /** Bytes from the server to the client vanish; the others arrive. */
  readonly losesAnswers?: boolean;
  /** Every connection is refused and every existing one cut. */
  readonly isDown?: boolean;
  /** How much later everything arrives. */
  readonly delayMs?: number;
  /** How many bytes a second go through, each way. */
  readonly bytesPerSecond?: number;
  /** Cuts the connection instead of handing these bytes to the client. */
  readonly cutsAt?: (fromServer: Buffer) => boolean;
}

/** A TCP proxy on the loopback between clients and one server, which makes the weather. */
export class Link implements AsyncDisposable {
  readonly #server: Server;
  readonly #lines = new Set<Line>();
  #weather: Weather = {};

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Opens a link to where a server is: `nats://127.0.0.1:4222`. */
  static async to(url: string): Promise<Link> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const link = new Link(server);
    server.on('connection', (client) => link.#accept(client, hostname, Number(port)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  /** What clients connect to. */
  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Changes the weather for everything that goes through from now on. */
  set(weather: Weather): void {
    const before = this.#weather;
    this.#weather = weather;
    // What has lost bytes in its middle can never be read again.
    if (before.losesAnswers || weather.isDown) this.cut();
    for (const line of [...this.#lines]) line.flush();
  }

  clear(): void {
    this.set({});
  }

  /** Cuts every connection, as a router does that restarts. */
  cut(): void {
    for (const line of [...this.#lines]) line.cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #accept(client: Socket, host: string, port: number): void {
    if (this.#weather.isDown) {
      client.resetAndDestroy();
      return;
    }
    const line: Line = new Line(client, dial(port, host), {
      weather: () => this.#weather,
      onEnd: () => this.#lines.delete(line),
    });
    this.#lines.add(line);
  }
}

interface LineOptions {
  readonly weather: () => Weather;
  readonly onEnd: () => void;
}

interface Way {
  readonly from: Socket;
  readonly to: Socket;
  readonly isAnswer: boolean;
  /** What has come and is not yet handed on. */
  readonly waiting: { readonly bytes: Buffer; readonly dueAt: number }[];
  /** When the bytes that were handed on last have gone through. */
  busyUntil: number;
  timer: NodeJS.Timeout | undefined;
}

/** One connection through a link. */
class Line {
  readonly #ways: readonly Way[];
  readonly #options: LineOptions;
  /** One end has gone. */
  #isOver = false;

  constructor(client: Socket, server: Socket, options: LineOptions) {
    this.#options = options;
    this.#ways = [way(client, server, false), way(server, client, true)];
    for (const one of this.#ways) {
      one.from.setNoDelay(true);
      one.from.on('data', (bytes) => this.#take(one, bytes));
      one.from.on('error', () => this.cut());
      one.from.on('close', () => this.#close());
    }
  }

  cut(): void {
    for (const one of this.#ways) {
      clearTimeout(one.timer);
      one.from.resetAndDestroy();
    }
    this.#options.onEnd();
  }

  /** Hands on what may go now. */
  flush(): void {
    if (this.#isOver) this.#close();
    for (const one of this.#ways) this.#handOn(one);
  }

  /** An end that is held back is told only later that the other one has gone. */
  #close(): void {
    this.#isOver = true;
    if (!this.#options.weather().isHeld) this.cut();
  }

  #take(one: Way, bytes: Buffer): void {
    const { losesAnswers, cutsAt, delayMs = 0, bytesPerSecond } = this.#options.weather();
    if (one.isAnswer && losesAnswers) return;
    if (one.isAnswer && cutsAt?.(bytes)) {
      this.cut();
      return;
    }
    const now = performance.now();
    const passesMs = bytesPerSecond ? (bytes.length / bytesPerSecond) * 1000 : 0;
    one.busyUntil = Math.max(one.busyUntil, now) + passesMs;
    one.waiting.push({ bytes, dueAt: one.busyUntil + delayMs });
    this.#handOn(one);
  }

  #handOn(one: Way): void {
    if (this.#options.weather().isHeld) return;
    clearTimeout(one.timer);
    one.timer = undefined;
    const now = performance.now();
    for (let next = one.waiting[0]; next; next = one.waiting[0]) {
      if (next.dueAt > now) {
        one.timer = setTimeout(() => this.#handOn(one), Math.ceil(next.dueAt - now));
        return;
      }
      one.waiting.shift();
      if (!one.to.destroyed) one.to.write(next.bytes);
    }
  }
}

const way = (from: Socket, to: Socket, isAnswer: boolean): Way => ({
  from,
  to,
  isAnswer,
  waiting: [],
  busyUntil: 0,
  timer: undefined,
});
