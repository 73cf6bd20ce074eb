import { setTimeout as sleep } from 'node:timers/promises';
import { TaskProcess } from '../task-process.ts';
import type { Flood } from './flood.ts';
import type { FloodSample, FloodUrls, FloodWorkerOrder } from './flood-worker.ts';
import type { Reading } from './middle-part.ts';

/** How long replicas may take until they have shared the partitions. */
const sharingMs = 30_000;
const lookMs = 20;

interface Worker {
  readonly reader: number;
  readonly task: TaskProcess<void, FloodSample>;
  readonly samples: FloodSample[];
}

/** The worker processes of a flood, and what they have said. */
export class FloodWorkers implements AsyncDisposable {
  readonly #flood: Flood;
  readonly #signal: AbortSignal;
  readonly #workers: readonly Worker[];

  constructor(urls: FloodUrls, flood: Flood, signal: AbortSignal) {
    this.#flood = flood;
    this.#signal = signal;
    const { readers, processes } = flood;
    this.#workers = Array.from({ length: readers * processes }, (_, index) => {
      const samples: FloodSample[] = [];
      const order: FloodWorkerOrder = { ...urls, flood, reader: index % readers };
      const onSaid = (sample: FloodSample): void => void samples.push(sample);
      const task = new TaskProcess<void, FloodSample>('flood-worker', order, { signal, onSaid });
      return { reader: order.reader, task, samples };
    });
  }

  /** How many events they have handled together. */
  get count(): number {
    return this.#workers.reduce((sum, { samples }) => sum + (samples.at(-1)?.count ?? 0), 0);
  }

  /** How many events each has handled, moment by moment. */
  get counts(): Reading[][] {
    return this.#series(({ count }) => count);
  }

  /** The CPU time of each, moment by moment. */
  get cpus(): Reading[][] {
    return this.#series(({ cpuMicros }) => cpuMicros);
  }

  /** Resolves when every process owns its share of the partitions. @throws when that takes too long */
  async shared(): Promise<void> {
    const { partitions, processes, readers } = this.#flood;
    const least = Math.floor(partitions / processes);
    const isShared = (): boolean => {
      const owned = this.#workers.map(({ samples }) => samples.at(-1)?.owned ?? -1);
      const all = owned.reduce((sum, own) => sum + own, 0);
      return owned.every((own) => own >= least) && all === partitions * readers;
    };
    await this.#until(isShared, sharingMs, 'partitions are not shared');
  }

  /** Resolves when so many events are handled; as long as it goes on, it may take. */
  async handled(events: number, onCount: (count: number) => void): Promise<void> {
    for (let before = -1; this.count < events; before = this.count) {
      onCount(this.count);
      await this.#until(() => this.count > before, 30_000, `${before} of ${events} were handled`);
    }
    // One more reading of each, so that the end of the measured part lies between two.
    await sleep(2 * lookMs, undefined, { signal: this.#signal });
  }

  /** Drains them all. @throws when one did not end well */
  async stop(): Promise<void> {
    for (const { task } of this.#workers) task.tell('stop');
    await Promise.all(this.#workers.map(({ task }) => task.result));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map(({ task }) => task[Symbol.asyncDispose]()));
  }

  #series(figureOf: (sample: FloodSample) => number): Reading[][] {
    return this.#workers.map(({ samples }) =>
      samples.map((sample) => ({ atMicros: sample.atMicros, value: figureOf(sample) })),
    );
  }

  /** A worker that has failed ends the wait with its reason. */
  async #until(isDone: () => boolean, ms: number, otherwise: string): Promise<void> {
    const ended = Promise.race(this.#workers.map(({ task }) => task.result)).then(() => {
      throw new Error('a worker of the flood has ended early');
    });
    const waited = async (): Promise<void> => {
      for (const until = performance.now() + ms; !isDone(); ) {
        if (performance.now() > until) throw new Error(otherwise);
        await sleep(lookMs, undefined, { signal: this.#signal });
      }
    };
    await Promise.race([waited(), ended]);
  }
}
