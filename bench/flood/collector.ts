import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** How many spans OpenTelemetry's exporter sends at once at most, unless told otherwise. */
const spansAtOnce = 512;

/** Takes the spans of a flood as a collector does, and counts how often it was sent some. */
export class Collector implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #counted: { requests: number };

  private constructor(server: Server, counted: { requests: number }) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port to listen on');
    this.url = `http://127.0.0.1:${address.port}`;
    this.#server = server;
    this.#counted = counted;
  }

  static async start(): Promise<Collector> {
    const counted = { requests: 0 };
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        counted.requests++;
        response.end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Collector(server, counted);
  }

  /** How many spans it may have got at most. */
  get spans(): number {
    return this.#counted.requests * spansAtOnce;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
