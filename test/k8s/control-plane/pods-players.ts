import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort, type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { WorkerProcess } from '../../support/worker-process.ts';
import type { Kubectl } from './kubectl.ts';
import type { Ran, RunningPods } from './node-answers.ts';

const execute = promisify(execFile);
const observerScript = resolve(import.meta.dirname, '../../../dist/observer/main.js');

/**
 * Processes of this machine that play the pods: a server of the broker, a worker and the observer really
 * run, and what is asked of a pod is asked of the process that its name begins with.
 */
export class PodsPlayers implements RunningPods, AsyncDisposable {
  readonly #kubectl: Kubectl;
  readonly #folder: string;
  readonly #monitoring: number;
  readonly #server: NatsServer;
  readonly #processes: Readonly<Record<'worker' | 'observer', WorkerProcess>>;

  private constructor(
    kubectl: Kubectl,
    place: { readonly folder: string; readonly monitoring: number },
    server: NatsServer,
  ) {
    this.#kubectl = kubectl;
    this.#folder = place.folder;
    this.#monitoring = place.monitoring;
    this.#server = server;
    const environment = { NATS_URL: server.url };
    this.#processes = {
      worker: new WorkerProcess('cart', environment),
      observer: new WorkerProcess('observer', environment, observerScript),
    };
  }

  static async start(kubectl: Kubectl): Promise<PodsPlayers> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-players-'));
    const monitoring = await freePort();
    const lines = [
      `http: "127.0.0.1:${monitoring}"`,
      `log_file: ${JSON.stringify(join(folder, 'log'))}`,
    ];
    const server = await startNatsServer({ extraConfig: lines.join('\n') });
    const players = new PodsPlayers(kubectl, { folder, monitoring }, server);
    try {
      await soon(() => Object.values(players.#processes).map(({ healthUrl }) => healthUrl), 30_000);
      return players;
    } catch (error) {
      await players[Symbol.asyncDispose]();
      throw error;
    }
  }

  async log(pod: string): Promise<string> {
    if (pod.startsWith('nats-')) return readFile(join(this.#folder, 'log'), 'utf8');
    return this.#playing(pod).log;
  }

  /** Its port and its folder are others here than in a container. */
  async exec(_pod: string, command: readonly string[]): Promise<Ran> {
    const [program = '', ...args] = command.map((word) =>
      word.replace(':8222', `:${this.#monitoring}`).replace(/^\/data$/, this.#folder),
    );
    return execute(program, args).then(
      ({ stdout }) => ({ output: stdout, code: 0 }),
      (error: Error) => ({ output: error.message, code: 1 }),
    );
  }

  memoryBytes(pod: string): number {
    const pid = pod.startsWith('nats-') ? this.#server.pid : this.#playing(pod).pid;
    const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return Number(pages) * 4096;
  }

  async named(namespace: string, labels: string): Promise<readonly string[]> {
    const asked = ['-n', namespace, 'get', 'pods', '-l', labels, '-o', 'name'];
    const { output } = await this.#kubectl.run(asked);
    return output
      .trim()
      .split('\n')
      .map((name) => name.replace('pod/', ''));
  }

  #playing(pod: string): WorkerProcess {
    return this.#processes[pod.startsWith('observer') ? 'observer' : 'worker'];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of Object.values(this.#processes)) await process[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
