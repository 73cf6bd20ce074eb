import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '../observability/metrics.ts';
import { takesOpenMetrics } from '../observability/open-metrics.ts';
import type { PageAnswer, Pages } from './page.ts';

/** Why a process is not ready; empty when it is. */
export type Readiness = () => readonly string[];

export interface HealthOptions {
  readonly host: string;
  readonly port: number;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  /** What is shown besides, at the moment. */
  readonly pages?: () => Pages | undefined;
}

/** How long an answer may take that is under way when the server closes. */
const answerMs = 500;

/**
 * Tells an orchestrator and Prometheus how a process is.
 *
 * `/livez`, also `/healthz`: the event loop answers; never a question of the broker, whose outage must
 * not restart everybody. `/readyz`: 200 when ready, else 503 with the reasons. `/metrics`: Prometheus'
 * format. Then the pages of the process.
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
    const closed = new Promise((resolve) => this.#server.close(resolve));
    // What is being answered is answered; who does not read it holds nobody up.
    const cut = setTimeout(() => this.#server.closeAllConnections(), answerMs);
    await closed;
    clearTimeout(cut);
  }
}

const answer = async (
  options: HealthOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(response, plain(405, 'only GET and HEAD\n'));
  }
  const path = request.url?.split('?')[0] ?? '/';
  try {
    send(response, await pageAt(path, request, options));
  } catch {
    send(response, plain(500, 'this page cannot be made\n'));
  }
};

const pageAt = async (
  path: string,
  { headers }: IncomingMessage,
  { metrics, readiness, pages }: HealthOptions,
): Promise<PageAnswer> => {
  if (path === '/livez' || path === '/healthz') return plain(200, 'alive\n');
  if (path === '/readyz') {
    const reasons = readiness();
    if (reasons.length === 0) return plain(200, 'ready\n');
    return plain(503, `not ready: ${reasons.join(', ')}\n`);
  }
  if (path === '/metrics') {
    const format = takesOpenMetrics(headers.accept) ? 'openmetrics' : 'text';
    return { status: 200, ...(await metrics.expose(format)) };
  }
  const own = pages?.();
  const page = own?.get(path.split('/')[1] ?? '');
  return page ? page(path) : plain(404, `try ${placesOf(own)}\n`);
};

const placesOf = (pages: Pages | undefined): string => {
  const places = [
    '/livez',
    '/readyz',
    '/metrics',
    ...[...(pages?.keys() ?? [])].map((at) => `/${at}`),
  ];
  return `${places.slice(0, -1).join(', ')} or ${places.at(-1)}`;
};

const plain = (status: number, body: string): PageAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});

const send = (response: ServerResponse, answered: PageAnswer): void => {
  const { status, contentType, body, headers = {} } = answered;
  response.writeHead(status, { ...headers, 'content-type': contentType });
  response.end(body);
};
