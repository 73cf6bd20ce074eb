/** The shares of all events that are said, and drawn. */
export const shares = [0.5, 0.9, 0.99, 0.999] as const;
export const curve = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999] as const;

/** The least value that so large a share of some values is not above. @throws RangeError for none */
export const percentile = (sorted: readonly number[], share: number): number => {
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new RangeError('no values');
  return found;
};

/** How long events took, without those of the beginning. */
export class Latencies {
  readonly #from: number;
  readonly #events: number;
  readonly #micros: number[] = [];
  #count = 0;
  /** Resolves when every event has been taken. */
  readonly complete: Promise<void>;
  #markComplete: () => void = () => {};

  /** The first two fifths warm up and are counted only. */
  constructor(events: number) {
    this.#events = events;
    this.#from = Math.floor(events * 0.4);
    this.complete = new Promise((resolve) => {
      this.#markComplete = resolve;
    });
  }

  get count(): number {
    return this.#count;
  }

  add(number: number, micros: number): void {
    if (number >= this.#from) this.#micros.push(micros);
    if (++this.#count === this.#events) this.#markComplete();
  }

  /** Milliseconds by share, as many as were wanted. */
  percentilesMs(wanted: readonly number[]): number[] {
    const sorted = this.#micros.sort((one, other) => one - other);
    return wanted.map((share) => percentile(sorted, share) / 1000);
  }
}
