import type { System } from './system.ts';

/** Stores batches one after the other, in the order in which they came. */
export class Stream {
  readonly #store: (count: number, stored: () => void) => void;
  readonly #queue: { readonly count: number; readonly stored: () => void }[] = [];
  #isBusy = false;

  constructor(store: (count: number, stored: () => void) => void) {
    this.#store = store;
  }

  take(count: number, stored: () => void): void {
    this.#queue.push({ count, stored });
    this.#next();
  }

  #next(): void {
    const [first] = this.#queue;
    if (this.#isBusy || !first) return;
    this.#queue.shift();
    this.#isBusy = true;
    this.#store(first.count, () => {
      this.#isBusy = false;
      first.stored();
      this.#next();
    });
  }
}

/** What a worker has committed to a stream, and what waits for the next batch. */
interface Lane {
  readonly stream: Stream;
  gathered: number;
  isOut: boolean;
}

interface WorkerPorts {
  readonly work: (count: number, then: () => void) => void;
  readonly done: (count: number) => void;
}

/** Handles a turn of what is ready, and commits what has gathered for a stream when its last batch is back. */
export class Worker {
  readonly #system: System;
  readonly #ports: WorkerPorts;
  readonly #lanes: { readonly stream: Stream; gathered: number; isOut: boolean }[];
  #ready: number;
  #isBusy = false;
  #turns = 0;

  constructor(system: System, streams: readonly Stream[], ports: WorkerPorts) {
    this.#system = system;
    this.#ports = ports;
    this.#lanes = streams.map((stream) => ({ stream, gathered: 0, isOut: false }));
    this.#ready = system.inFlight;
  }

  begin(): void {
    const { turn = Number.POSITIVE_INFINITY } = this.#system;
    const count = Math.min(turn, this.#ready);
    if (this.#isBusy || count === 0) return;
    this.#ready -= count;
    this.#isBusy = true;
    this.#ports.work(count, () => {
      this.#isBusy = false;
      this.#gather(count);
      this.begin();
    });
  }

  /** The keys of a turn belong to all streams alike. */
  #gather(count: number): void {
    for (let index = 0; index < count; index++) {
      const lane = this.#lanes[this.#turns++ % this.#lanes.length];
      if (lane) lane.gathered++;
    }
    for (const lane of this.#lanes) this.#commit(lane);
  }

  #commit(lane: Lane): void {
    const count = Math.min(lane.gathered, this.#system.batch);
    if (lane.isOut || count === 0) return;
    lane.gathered -= count;
    lane.isOut = true;
    lane.stream.take(count, () => {
      lane.isOut = false;
      this.#ready += count;
      this.#ports.done(count);
      this.#commit(lane);
      this.begin();
    });
  }
}
