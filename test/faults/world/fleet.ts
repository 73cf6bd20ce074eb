import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { Link } from './link.ts';
import { Worker } from './worker.ts';

export interface FleetOptions {
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What its workers and their logs are called, beside a number. @default worker */
  readonly name?: string;
  readonly folder: string;
  /** Where the broker is. */
  readonly urls: readonly string[];
  /** Each worker gets a link of its own to the broker, which makes the weather for it alone. */
  readonly isLinked: boolean;
  readonly random: Random;
}

/** The replicas of one service. */
export class Fleet implements AsyncDisposable {
  readonly #options: FleetOptions;
  readonly #all: Worker[] = [];
  #begun = 0;
  #isSupervised = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Those that run, the oldest first. */
  get running(): readonly Worker[] {
    return this.#all.filter(({ isRunning }) => isRunning);
  }

  /** Every one that there ever was. */
  get all(): readonly Worker[] {
    return this.#all;
  }

  /** Any one that runs. */
  pick(): Worker {
    return this.#options.random.pick(this.running);
  }

  /** Starts so many more; resolves when they are ready. */
  async start(count = 1, environment: Readonly<Record<string, string>> = {}): Promise<Worker[]> {
    const started = await Promise.all(
      Array.from({ length: count }, () => this.#startOne(environment)),
    );
    await Promise.all(started.map((worker) => worker.ready()));
    return started;
  }

  /** From now on whoever ends is started again, as an orchestrator does. */
  supervise(): void {
    this.#isSupervised = true;
    for (const worker of this.running) this.#watch(worker);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isSupervised = false;
    await Promise.all(this.running.map((worker) => worker.end('SIGKILL')));
    await Promise.all(this.#all.map(({ link }) => link?.[Symbol.asyncDispose]()));
  }

  async #startOne(environment: Readonly<Record<string, string>>): Promise<Worker> {
    const { urls, isLinked, folder, program } = this.#options;
    const name = `${this.#options.name ?? 'worker'}-${++this.#begun}`;
    const link = isLinked ? await Link.to(urls[0] ?? '') : undefined;
    const worker = await Worker.start({
      name,
      program,
      link,
      logFile: `${folder}/${name}.log`,
      environment: {
        NATS_URL: link?.url ?? urls.join(','),
        ...this.#options.environment,
        ...environment,
      },
    });
    this.#all.push(worker);
    if (this.#isSupervised) this.#watch(worker);
    return worker;
  }

  #watch(worker: Worker): void {
    void worker.ended.then(async () => {
      await sleep(200);
      if (this.#isSupervised) await this.#startOne({});
    });
  }
}
