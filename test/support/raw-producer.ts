import { once } from 'node:events';
import { connect } from 'node:net';

/** Speaks to a server byte by byte, as no client would. */
export class RawProducer {
  readonly #socket: ReturnType<typeof connect>;
  #received = '';

  private constructor(socket: ReturnType<typeof connect>) {
    this.#socket = socket;
    socket.on('data', (data) => {
      this.#received += data.toString('latin1');
    });
  }

  static async connect(url: string): Promise<RawProducer> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const producer = new RawProducer(socket);
    socket.write('CONNECT {"verbose":false,"headers":true}\r\n');
    await producer.flush();
    return producer;
  }

  publish(subject: string, body: string | Uint8Array, headers?: string): void {
    const head = headers === undefined ? undefined : Buffer.from(`NATS/1.0\r\n${headers}\r\n\r\n`);
    const bytes = Buffer.from(body);
    const size = bytes.length + (head?.length ?? 0);
    const line = head
      ? `HPUB ${subject} ${head.length} ${size}\r\n`
      : `PUB ${subject} ${bytes.length}\r\n`;
    this.#socket.write(
      Buffer.concat([Buffer.from(line), head ?? Buffer.alloc(0), bytes, Buffer.from('\r\n')]),
    );
  }

  /** Resolves when the server has read everything. */
  async flush(): Promise<void> {
    this.#received = '';
    this.#socket.write('PING\r\n');
    while (!this.#received.includes('PONG')) await once(this.#socket, 'data');
  }

  close(): void {
    this.#socket.destroy();
  }
}
