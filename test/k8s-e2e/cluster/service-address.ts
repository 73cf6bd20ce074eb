import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pods } from './pods.ts';

/** A node learns so late that a pod is leaving, or ready. */
const newsMs = 1_000;

/** The address of a Service: each connection goes to one of the ready pods, in turn. */
export class ServiceAddress implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #known: readonly string[] = [];
  #turn = 0;
  #isOver = false;

  private constructor(pods: Pods, port: number) {
    this.#server = createServer((socket) => this.#pass(socket, port));
    void this.#follow(pods);
  }

  static async open(pods: Pods, port: number): Promise<ServiceAddress> {
    const service = new ServiceAddress(pods, port);
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(socket: Socket, port: number): void {
    const host = this.#known[this.#turn++ % Math.max(1, this.#known.length)];
    if (host === undefined) return void socket.destroy();
    const onward = connect(port, host);
    for (const one of [socket, onward]) {
      this.#sockets.add(one);
      one.once('close', () => this.#sockets.delete(one));
    }
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  }

  async #follow(pods: Pods): Promise<void> {
    while (!this.#isOver) {
      this.#known = pods.ready.map(({ options }) => options.address);
      await sleep(newsMs, undefined, { ref: false });
    }
  }
}
