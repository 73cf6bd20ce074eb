import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../support/nats-server.ts';
import type { Link } from './link.ts';

export interface WorkerOptions {
  readonly name: string;
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where its log goes. */
  readonly logFile: string;
  /** Its own way to the broker, if it has one. */
  readonly link?: Link | undefined;
  /** Where it answers to health checks. @default one that is free */
  readonly port?: number;
}

const readyWithinMs = 60_000;

/** A worker as a process of its own. */
export class Worker {
  readonly name: string;
  readonly link: Link | undefined;
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #logFile: string;
  /** Where it answers to health checks and Prometheus. */
  readonly health: string;

  private constructor(child: ChildProcess, health: string, options: WorkerOptions) {
    this.name = options.name;
    this.link = options.link;
    this.#logFile = options.logFile;
    this.#child = child;
    this.health = health;
    this.ended = once(child, 'exit');
  }

  /** Starts the process; it is ready later. */
  static async start(options: WorkerOptions): Promise<Worker> {
    const port = String(options.port ?? (await freePort()));
    const log = openSync(options.logFile, 'a');
    const child = spawn(process.execPath, [options.program], {
      env: {
        PATH: process.env['PATH'],
        HEALTH_HOST: '127.0.0.1',
        HEALTH_PORT: port,
        LOG_LEVEL: 'debug',
        ...options.environment,
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    return new Worker(child, `http://127.0.0.1:${port}`, options);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The exit code, or the signal that ended it; nothing while it runs. */
  get ending(): number | NodeJS.Signals | null {
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends the process in this way; resolves when it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.signal(signal);
    if (this.isRunning) await this.ended;
  }

  /** Resolves when it says that it is ready. @throws when it ends before, or takes a minute */
  async ready(): Promise<void> {
    const until = performance.now() + readyWithinMs;
    while (!(await this.isReady())) {
      if (this.isRunning && performance.now() < until) await sleep(50);
      else throw new Error(`${this.name} is not ready:\n${(await this.log()).slice(-2000)}`);
    }
  }

  async isReady(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.health}/readyz`, { signal: AbortSignal.timeout(2000) });
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** The sum of a metric over its label sets. @throws when the process does not answer */
  async metric(name: string): Promise<number> {
    const answer = await fetch(`${this.health}/metrics`, { signal: AbortSignal.timeout(5000) });
    const values = (await answer.text()).matchAll(
      new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'),
    );
    return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
  }

  log(): Promise<string> {
    return readFile(this.#logFile, 'utf8');
  }
}
