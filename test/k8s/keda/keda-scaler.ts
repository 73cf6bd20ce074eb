import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { buildScaler } from './build-scaler.ts';

/** A trigger as a ScaledObject has it. */
export interface Trigger {
  readonly type: string;
  readonly metricType?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What KEDA's scaler answers: the value, and whether there is work at all; or why it has none. */
export interface ScalerAnswer {
  readonly value?: number;
  readonly active: boolean;
  readonly error?: string;
}

/** KEDA's own scaler of one trigger, as a process. */
export class KedaScaler implements Disposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  static async of(trigger: Trigger): Promise<KedaScaler> {
    return new KedaScaler(spawn(await buildScaler(), [JSON.stringify(trigger)]));
  }

  /** The first line: what the autoscaler that KEDA makes is told of the metric. */
  async spec(): Promise<{
    readonly target: { readonly type: string; readonly averageValue: string };
  }> {
    return JSON.parse(await this.#line());
  }

  async ask(): Promise<ScalerAnswer> {
    this.#child.stdin.write('\n');
    return JSON.parse(await this.#line());
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the scaler has ended');
    return value;
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}
