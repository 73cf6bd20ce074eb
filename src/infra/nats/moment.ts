/**
 * Calls back everybody who asked within a moment, all in one turn of the event loop.
 *
 * What they then send leaves in one write: a timer for each partition would be a turn and a write for
 * each.
 */
export class Moment {
  readonly #ms: number;
  #waiting = new Set<() => void>();

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Calls back within the moment, once however often it is asked for. */
  soon(run: () => void): void {
    if (this.#waiting.size === 0) setTimeout(() => this.#end(), this.#ms);
    this.#waiting.add(run);
  }

  #end(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const run of waiting) run();
  }
}
