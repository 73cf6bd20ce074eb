export interface LogLimitOptions {
  /** So many lines of a kind are written within `everyMs`. @default 10 */
  readonly burst?: number;
  /** @default 10000 */
  readonly everyMs?: number;
  /** Milliseconds that never go back. */
  readonly elapsed: () => number;
}

/** What a line says besides when others like it were left out. */
export interface Suppressed {
  /** How many, since the last one that was written before. */
  readonly suppressed?: number;
}

/** So many kinds are told apart at a time. */
const mostKinds = 1_000;

interface Window {
  readonly since: number;
  written: number;
  left: number;
}

/**
 * Bounds how many lines of a kind are written: when everything fails, each line of a flood says the same.
 *
 * Nothing is left out without a word: the next line that is written says how many were.
 */
export class LogLimit {
  readonly #burst: number;
  readonly #everyMs: number;
  readonly #elapsed: () => number;
  readonly #windows = new Map<string, Window>();

  constructor({ burst = 10, everyMs = 10_000, elapsed }: LogLimitOptions) {
    this.#burst = burst;
    this.#everyMs = everyMs;
    this.#elapsed = elapsed;
  }

  /**
   * Writes a line, or counts it.
   *
   * @param kind what makes lines alike
   * @param write called when it may be written; what it costs to make the line is spared otherwise
   */
  line(kind: string, write: (suppressed: Suppressed) => void): void {
    const now = this.#elapsed();
    const window = this.#windows.get(kind);
    if (!window || now - window.since >= this.#everyMs) {
      if (this.#windows.size >= mostKinds) this.#windows.clear();
      this.#windows.set(kind, { since: now, written: 1, left: 0 });
      write(window && window.left > 0 ? { suppressed: window.left } : {});
    } else if (window.written < this.#burst) {
      window.written++;
      write({});
    } else {
      window.left++;
    }
  }
}
