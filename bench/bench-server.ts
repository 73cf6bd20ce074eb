import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where it listens, and lines of configuration besides the address and the folder. */
export interface BenchServerOptions {
  /** @default a free one */
  readonly port?: number;
  readonly jetStream?: string;
  readonly more?: string;
}

/**
 * A nats-server of the benchmark's own: a free port, a folder of its own, ended by its process id.
 *
 * Whoever connects first waits until it answers.
 */
export class BenchServer implements AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.pid = child.pid ?? 0;
    this.#child = child;
    this.#folder = folder;
  }

  /** @throws when the program cannot be run */
  static async start(
    binary: string,
    { port: wanted, jetStream = '', more = '' }: BenchServerOptions = {},
  ): Promise<BenchServer> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
    const port = wanted ?? (await freePort());
    const config = join(folder, 'server.conf');
    const store = `store_dir: ${JSON.stringify(folder)}\n${jetStream}`;
    await writeFile(config, `listen: "127.0.0.1:${port}"\njetstream {\n${store}\n}\n${more}\n`);
    const child = spawn(binary, ['-c', config], { stdio: 'ignore' });
    try {
      await once(child, 'spawn');
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return new BenchServer(`nats://127.0.0.1:${port}`, child, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

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
