import { Stream, Worker } from './parties.ts';

/** A system of workers and brokers: who there is, and what an event takes. */
export interface System {
  /** Processors of each machine. Workers and brokers are spread over the machines evenly. */
  readonly processors: number;
  /** @default 1, which all of them share */
  readonly machines?: number;
  readonly workers: number;
  /** Streams that the keys are shared out to; each stores one batch at a time. */
  readonly streams: number;
  /** How many of them a worker has keys of. @default all */
  readonly streamsOfWorker?: number;
  /** How many events each worker has under way. */
  readonly inFlight: number;
  /** How many of them it handles before it commits what it has. @default all that are ready */
  readonly turn?: number;
  /** How many events share a batch at most. */
  readonly batch: number;
  /** CPU time of a worker for an event. */
  readonly workerMicros: number;
  /** CPU time of the broker for an event. */
  readonly brokerMicros: number;
  /** What each batch waits besides, while no processor works for it: the disk, and the way there. */
  readonly batchMicros: number;
}

/** Something that needs a processor: so much work is left, and then something follows. */
interface Job {
  readonly machine: number;
  left: number;
  readonly then: () => void;
}

/**
 * Events a second of a closed system, in which every event that is done makes room for the next.
 *
 * Every worker does one thing at a time, every stream stores one batch at a time, and who has something
 * to do on a machine shares its processors evenly. Nothing is left to chance: the same system always
 * gives the same figure.
 */
export const eventsPerSecond = (system: System, events = 20_000): number => {
  const run = new Run(system);
  const warmUp = Math.floor(events / 4);
  run.until(warmUp);
  const [from, before] = [run.now, run.done];
  run.until(events);
  return ((run.done - before) * 1_000_000) / (run.now - from);
};

class Run {
  now = 0;
  done = 0;
  readonly #system: System;
  readonly #machines: number;
  #jobs: Job[] = [];
  #waits: { readonly at: number; readonly then: () => void }[] = [];

  constructor(system: System) {
    this.#system = system;
    this.#machines = system.machines ?? 1;
    const streams = Array.from(
      { length: system.streams },
      (_, index) => new Stream((batch, stored) => this.#store(index, batch, stored)),
    );
    for (let index = 0; index < system.workers; index++) {
      new Worker(system, streamsOf(index, streams, system), {
        work: (count, then) => this.#work(index, count * system.workerMicros, then),
        done: (count) => {
          this.done += count;
        },
      }).begin();
    }
  }

  /** Goes on until so many events are done. */
  until(events: number): void {
    while (this.done < events) this.#step();
  }

  #work(place: number, micros: number, then: () => void): void {
    this.#jobs.push({ machine: place % this.#machines, left: micros, then });
  }

  #store(stream: number, count: number, stored: () => void): void {
    const { batchMicros, brokerMicros } = this.#system;
    const then = (): void => this.#work(stream, count * brokerMicros, stored);
    this.#waits.push({ at: this.now + batchMicros, then });
  }

  /** On to the next moment at which something ends. */
  #step(): void {
    const busy = new Map<number, number>();
    for (const { machine } of this.#jobs) busy.set(machine, (busy.get(machine) ?? 0) + 1);
    const speedOf = ({ machine }: Job): number =>
      Math.min(1, this.#system.processors / (busy.get(machine) ?? 1));
    const ends = this.#jobs.map((job) => job.left / speedOf(job));
    const step = Math.min(...ends, ...this.#waits.map(({ at }) => at - this.now));
    if (!Number.isFinite(step)) throw new Error('nothing is under way any more');
    this.now += step;
    for (const job of this.#jobs) job.left -= step * speedOf(job);
    const ended = this.#jobs.filter((_, index) => (ends[index] ?? 0) <= step);
    const due = this.#waits.filter(({ at }) => at <= this.now);
    this.#jobs = this.#jobs.filter((job) => !ended.includes(job));
    this.#waits = this.#waits.filter((wait) => !due.includes(wait));
    for (const { then } of [...ended, ...due]) then();
  }
}

/** The streams that a worker has keys of: neighbours, so that each has as many workers as any other. */
const streamsOf = (
  worker: number,
  streams: readonly Stream[],
  { streamsOfWorker = streams.length }: System,
): Stream[] => {
  const wanted = (index: number): number => (worker * streamsOfWorker + index) % streams.length;
  const indexes = Array.from({ length: streamsOfWorker }, (_, index) => wanted(index));
  return streams.filter((_, index) => indexes.includes(index));
};
