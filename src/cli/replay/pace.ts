import type { Clock } from '../../infra/pipeline/clock.ts';

/** How far a pause may be made up for: a longer one is not followed by a flood. */
const slackMs = 250;

/** Lets at most so many pass a second, evenly. */
export class Pace {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #nextAt: number | undefined;

  /** Without a rate nobody waits. */
  constructor(clock: Clock, rate: number | undefined) {
    this.#clock = clock;
    this.#intervalMs = rate === undefined ? 0 : 1000 / rate;
  }

  /** Takes a turn; how many milliseconds it is too early for it. */
  next(): number {
    if (this.#intervalMs === 0) return 0;
    const now = this.#clock.now();
    const turn = Math.max(this.#nextAt ?? now, now - slackMs);
    this.#nextAt = turn + this.#intervalMs;
    return turn - now;
  }
}
