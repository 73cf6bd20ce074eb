import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { type Clock, sleep } from '../../infra/pipeline/clock.ts';

/** How a process is started. */
export interface ProcessPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface SupervisionOptions {
  readonly name: string;
  /** Made anew for each start: a port may be taken meanwhile. */
  readonly plan: () => Promise<ProcessPlan>;
  /** Where its output goes. */
  readonly logFile: string;
  /** Where its process id is written at each start, for programs that do not do it themselves. */
  readonly pidFile?: string;
  /** Told what people should know. */
  readonly say: (line: string) => void;
  readonly clock: Clock;
}

const firstPauseMs = 200;
const longestPauseMs = 5000;
/** Who has lived so long was well: the next pause is short again. */
const wellAfterMs = 10_000;

/** A process of its own that is started again when it ends unasked, after pauses that double. */
export class SupervisedProcess {
  readonly name: string;
  readonly #options: SupervisionOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #deaths = 0;
  #isStopping = false;

  constructor(options: SupervisionOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Its process id, while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How often in a row it has ended soon after its start. */
  get deaths(): number {
    return this.#deaths;
  }

  async start(): Promise<void> {
    const plan = await this.#options.plan();
    if (this.#isStopping) return;
    const startedAt = this.#options.clock.now();
    const child = this.#spawn(plan);
    this.#child = child;
    const { pidFile } = this.#options;
    if (pidFile && child.pid) writeFileSync(pidFile, `${child.pid}\n`);
    this.#ended = endOf(child).then(async (how) => {
      this.#child = undefined;
      if (this.#isStopping) return;
      await this.#startAgain(`${this.name} (process ${child.pid ?? 'none'}) ${how}`, startedAt);
    });
  }

  /** Asks it to end and waits; one that does not within the time is killed. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    const { clock, say } = this.#options;
    this.#child?.kill('SIGTERM');
    const cancel = clock.after(graceMs, () => {
      say(`${this.name} does not end by itself: killed`);
      this.kill();
    });
    await this.#ended;
    cancel();
  }

  /** Ends it at once, whatever it does. */
  kill(): void {
    this.#isStopping = true;
    this.#child?.kill('SIGKILL');
  }

  /** The last lines that it wrote. */
  lastWords(lines: number): string {
    const text = readFileSync(this.#options.logFile, 'utf8');
    return text.trimEnd().split('\n').slice(-lines).join('\n');
  }

  #spawn({ command, args, environment }: ProcessPlan): ChildProcess {
    const log = openSync(this.#options.logFile, 'a', 0o600);
    try {
      // In a group of its own: a Ctrl-C in the terminal is ours to pass on, in the right order. Its
      // standard input is a pipe that closes with this process, however this one ends.
      return spawn(command, [...args], {
        detached: true,
        stdio: ['pipe', log, log],
        env: environment,
      });
    } finally {
      closeSync(log);
    }
  }

  async #startAgain(whatHappened: string, startedAt: number): Promise<void> {
    const { clock, say } = this.#options;
    if (clock.now() - startedAt > wellAfterMs) this.#deaths = 0;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#deaths);
    this.#deaths++;
    say(`${whatHappened}; it is started again in ${pauseMs / 1000} s`);
    await sleep(clock, pauseMs);
    await this.start();
  }
}

const endOf = async (child: ChildProcess): Promise<string> => {
  try {
    const [code, signal] = await once(child, 'exit');
    return signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
  } catch (error) {
    return `cannot be started: ${error instanceof Error ? error.message : String(error)}`;
  }
};
