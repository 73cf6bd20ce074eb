import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { answerExec } from './exec-answer.ts';

/** What a command in a container came to. */
export interface Ran {
  readonly output: string;
  readonly code: number;
}

/** What somebody can ask of pods that run. */
export interface RunningPods {
  /** What a pod has said. */
  readonly log: (pod: string) => Promise<string>;
  readonly exec: (pod: string, command: readonly string[]) => Promise<Ran>;
  readonly memoryBytes: (pod: string) => number;
  /** The names of those with the labels. */
  readonly named: (namespace: string, labels: string) => Promise<readonly string[]>;
}

export interface NodeAnswersOptions {
  /** In PEM. */
  readonly key: string;
  readonly certificate: string;
  readonly pods: RunningPods;
}

const metricsGroup = '/apis/metrics.k8s.io/v1beta1';

/**
 * Answers to the API server what a kubelet and a metrics server would: logs, commands in containers, and
 * what pods use. What the answers hold comes from whoever plays the pods.
 */
export class NodeAnswers implements AsyncDisposable {
  readonly #server: Server;
  readonly #pods: RunningPods;

  private constructor({ key, certificate, pods }: NodeAnswersOptions) {
    this.#pods = pods;
    this.#server = createServer({ key, cert: certificate }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    this.#server.on('upgrade', (request, socket) => void this.#exec(request, socket));
  }

  static async listen(options: NodeAnswersOptions): Promise<NodeAnswers> {
    const answers = new NodeAnswers(options);
    answers.#server.listen(0, '127.0.0.1');
    await once(answers.#server, 'listening');
    return answers;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://node');
    const [, place, namespace = '', pod = ''] = pathname.split('/');
    if (place === 'containerLogs') {
      const lines = (await this.#pods.log(pod)).trimEnd().split('\n');
      const most = Number(searchParams.get('tailLines') ?? lines.length);
      response.end(`${lines.slice(-most).join('\n')}\n`);
    } else if (pathname === metricsGroup) {
      json(response, resources);
    } else if (pathname.startsWith(`${metricsGroup}/namespaces/`)) {
      const [, inside = namespace] = /namespaces\/([^/]+)\/pods$/.exec(pathname) ?? [];
      const names = await this.#pods.named(inside, searchParams.get('labelSelector') ?? '');
      const items = names.map((name) => this.#usage(inside, name));
      json(response, { kind: 'PodMetricsList', apiVersion, metadata: {}, items });
    } else {
      response.writeHead(404).end();
    }
  }

  #usage(namespace: string, name: string): object {
    const memory = `${Math.ceil(this.#pods.memoryBytes(name) / 1024)}Ki`;
    return {
      metadata: { name, namespace, creationTimestamp: new Date().toISOString() },
      timestamp: new Date().toISOString(),
      window: '15s',
      containers: [{ name: 'main', usage: { cpu: '5m', memory } }],
    };
  }

  async #exec(request: IncomingMessage, socket: Duplex): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://node');
    const [, place, , pod = ''] = pathname.split('/');
    if (place !== 'exec') return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    await answerExec(request, socket, this.#pods.exec(pod, searchParams.getAll('command')));
  }
}

const apiVersion = 'metrics.k8s.io/v1beta1';

const resources = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: apiVersion,
  resources: [
    {
      name: 'pods',
      singularName: '',
      namespaced: true,
      kind: 'PodMetrics',
      verbs: ['get', 'list'],
    },
  ],
};

const json = (response: ServerResponse, body: object): void => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
