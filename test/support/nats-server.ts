import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface NatsServerOptions {
  /** Lines of configuration besides address and storage. */
  readonly extraConfig?: string;
  /** Lines of the section `jetstream` besides the folder. */
  readonly jetstreamConfig?: string;
  /** Where its streams are; whoever names a folder removes it. @default a new folder */
  readonly store?: string;
  /** The program that is run. @default NATS_SERVER, else `nats-server` on the PATH */
  readonly binary?: string;
}

/** How long a server may take until it answers. */
const startMs = 15_000;

/**
 * A nats-server of a test's own: on a free port, with its streams in a folder of its own.
 *
 * The binary is the one that NATS_SERVER names, or else `nats-server` on the PATH.
 */
export class NatsServer implements AsyncDisposable {
  readonly url: string;
  readonly #port: number;
  /** Where its configuration is; its streams too, unless they have a folder of their own. */
  readonly #folder: string;
  readonly #store: string;
  #binary: string | undefined;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(port: number, folder: string, store = folder) {
    this.url = `nats://127.0.0.1:${port}`;
    this.#port = port;
    this.#folder = folder;
    this.#store = store;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('the nats-server is not running');
    return pid;
  }

  /** Chooses the program that the next start runs. */
  use(binary: string): void {
    this.#binary = binary;
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts the process again over what it stored, or for the first time; resolves when it answers. */
  async start(): Promise<void> {
    const binary = this.#binary ?? process.env['NATS_SERVER'] ?? 'nats-server';
    const child = spawn(binary, ['-c', join(this.#folder, 'server.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    this.#output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString('utf8')).slice(-4000);
    });
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    for (const until = performance.now() + startMs; !(await answers(this.#port)); await sleep(20)) {
      const hasEnded = failure ?? child.exitCode ?? child.signalCode;
      if (hasEnded === null && performance.now() < until) continue;
      throw new Error(`${binary} does not answer:\n${this.#output}`, { cause: failure });
    }
  }

  /** Sends a signal; resolves when the process has ended, or at once for STOP and CONT. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await ended;
  }

  /** Writes its configuration, which holds from the next start on. */
  async configure({ extraConfig = '', jetstreamConfig = '' }: NatsServerOptions): Promise<void> {
    await writeFile(
      join(this.#folder, 'server.conf'),
      `listen: "127.0.0.1:${this.#port}"\n` +
        `jetstream { store_dir: ${JSON.stringify(this.#store)}\n${jetstreamConfig} }\n${extraConfig}\n`,
    );
  }

  /** Lets the running process read another configuration. */
  async reload(options: NatsServerOptions): Promise<void> {
    await this.configure(options);
    process.kill(this.pid, 'SIGHUP');
  }

  /** Kills the process without a warning and starts it again. */
  async restart(): Promise<void> {
    await this.kill('SIGKILL');
    await this.start();
  }

  /** Ends the process and removes what it stored. */
  async stop(): Promise<void> {
    await this.kill('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Starts a server; whoever starts it stops it. */
export const startNatsServer = async (options: NatsServerOptions = {}): Promise<NatsServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-nats-'));
  const server = new NatsServer(await freePort(), folder, options.store);
  if (options.binary) server.use(options.binary);
  await server.configure(options);
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
};

export const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
};

/** True when somebody greets with INFO there, and JetStream is up. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(500, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('data', (data) => finish(/"jetstream":true/.test(data.toString('latin1'))));
  });
