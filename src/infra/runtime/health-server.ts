import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '../observability/metrics.ts';

/** Why a process is not ready; empty when it is. */
export type Readiness = () => readonly string[];

export interface HealthOptions {
  readonly host: string;
  readonly port: number;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
}

/**
 * Tells an orchestrator and Prometheus how a process is.
 *
 * `/livez`: the event loop answers; never a question of the broker, whose outage must not restart
 * everybody. `/readyz`: 200 when ready, else 503 with the reasons. `/metrics`: Prometheus' format.
 */
export class HealthServer implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws when the port is taken */
  static async listen(options: HealthOptions): Promise<HealthServer> {
    const server = createServer((request, response) => void answer(options, request, response));
    server.headersTimeout = 5_000;
    server.requestTimeout = 10_000;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, resolve);
    });
    return new HealthServer(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const answer = async (
  { readiness, metrics }: HealthOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const path = request.url?.split('?')[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(response, 405, 'only GET and HEAD\n');
  }
  if (path === '/livez') return send(response, 200, 'alive\n');
  if (path === '/readyz') {
    const reasons = readiness();
    return reasons.length === 0
      ? send(response, 200, 'ready\n')
      : send(response, 503, `not ready: ${reasons.join(', ')}\n`);
  }
  if (path !== '/metrics') return send(response, 404, 'try /livez, /readyz or /metrics\n');
  const { body, contentType } = await metrics.expose();
  response.setHeader('content-type', contentType);
  send(response, 200, body);
};

const send = (response: ServerResponse, status: number, body: string): void => {
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'text/plain');
  response.statusCode = status;
  response.end(body);
};
