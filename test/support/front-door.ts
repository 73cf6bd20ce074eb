import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What a Service of a cluster is to its clients: one address, each new connection to the next of those
 * behind it. Whoever puts processes behind it says when they are ready, and takes them out again.
 */
export class FrontDoor implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #ports: number[] = [];
  #next = 0;

  private constructor() {
    this.#server = createServer((client) => this.#lead(client));
  }

  static async open(): Promise<FrontDoor> {
    const door = new FrontDoor();
    door.#server.listen(0, '127.0.0.1');
    await once(door.#server, 'listening');
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  add(port: number): void {
    this.#ports.push(port);
  }

  /** No new connection goes there; those that are open stay. */
  remove(port: number): void {
    this.#ports = this.#ports.filter((one) => one !== port);
  }

  #lead(client: Socket): void {
    const port = this.#ports[this.#next++ % this.#ports.length];
    if (port === undefined) return void client.destroy();
    const process = connect(port, '127.0.0.1');
    for (const socket of [client, process]) {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      // Who cannot be reached is an error to the client, not a silence.
      socket.on('error', () => {
        client.destroy();
        process.destroy();
      });
    }
    client.pipe(process).pipe(client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
