import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What a command said. */
export interface Said {
  readonly output: string;
  /** Warnings of the API server among other things. */
  readonly errors: string;
}

/** kubectl of this machine with a configuration of a test's own. */
export class Kubectl {
  readonly #config: string;
  readonly #program = process.env['KUBECTL'] ?? 'kubectl';

  constructor(config: string) {
    this.#config = config;
  }

  /** What makes any kubectl speak to the same cluster. */
  get environment(): Readonly<Record<string, string>> {
    return { KUBECONFIG: this.#config };
  }

  /** @throws with everything that it said, when it fails */
  async run(args: readonly string[], input = ''): Promise<Said> {
    const child = spawn(this.#program, [...args], {
      env: { ...process.env, ...this.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => {}).end(input);
    const [output, errors] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    if (child.exitCode === 0) return { output, errors };
    throw new Error(`kubectl ${args.join(' ')}: ${errors || output}`);
  }

  /** What there is, as an object. */
  async get<T>(...args: readonly string[]): Promise<T> {
    const { output } = await this.run(['get', ...args, '-o', 'json']);
    // Whoever asks knows what a cluster answers.
    return JSON.parse(output) as T;
  }

  /** Applies as somebody would who wants to hear of every mistake. */
  apply(manifests: string, ...args: readonly string[]): Promise<Said> {
    const strict = ['apply', '--server-side', '--validate=strict', '--field-manager=millrace'];
    return this.run([...strict, ...args, '-f', '-'], manifests);
  }
}
