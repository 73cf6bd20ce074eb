import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One alert of a notification. */
export interface ToldAlert {
  readonly receiver: string;
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Notification {
  readonly receiver: string;
  readonly alerts: readonly Omit<ToldAlert, 'receiver'>[];
}

/** Stands where a pager would: hears what Alertmanager tells. */
export class AlertReceiver implements AsyncDisposable {
  readonly #server: Server;
  readonly #told: ToldAlert[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(): Promise<AlertReceiver> {
    const server = createServer();
    const receiver = new AlertReceiver(server);
    server.on('request', (request, response) => {
      void receiver.#hear(request).then(() => response.end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Everything that it was told, the beats of the watchdog left out. */
  get told(): readonly ToldAlert[] {
    return this.#told.filter(({ receiver }) => receiver !== 'watchdog');
  }

  get beats(): number {
    return this.#told.length - this.told.length;
  }

  async #hear(request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { receiver, alerts } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Notification;
    this.#told.push(...alerts.map((alert) => ({ receiver, ...alert })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
