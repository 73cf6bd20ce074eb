import type { WorkerProcess } from '../../support/worker-process.ts';
import type { Fleet } from './live-controller.ts';

/** A fleet of worker processes. */
export class LiveFleet implements Fleet, AsyncDisposable {
  readonly #start: () => WorkerProcess;
  readonly #leaving: Promise<unknown>[] = [];
  #workers: WorkerProcess[] = [];

  constructor(start: () => WorkerProcess) {
    this.#start = start;
  }

  get current(): number {
    return this.#workers.length;
  }

  async ready(): Promise<number> {
    const states = await Promise.all(this.#workers.map(isReady));
    return states.filter(Boolean).length;
  }

  /** Starts what is missing; ends the youngest of what is too much, as SIGTERM ends a pod. */
  scaleTo(replicas: number): void {
    while (this.#workers.length < replicas) this.#workers.push(this.#start());
    const leaving = this.#workers.slice(replicas);
    this.#workers = this.#workers.slice(0, replicas);
    for (const worker of leaving) {
      worker.signal('SIGTERM');
      this.#leaving.push(worker.ends());
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.scaleTo(0);
    await Promise.all(this.#leaving);
  }
}

const isReady = async (worker: WorkerProcess): Promise<boolean> => {
  try {
    return (await fetch(`${worker.healthUrl}/readyz`)).status === 200;
  } catch {
    // It does not listen yet.
    return false;
  }
};
