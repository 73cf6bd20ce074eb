import type { Availability } from './status-document.ts';

interface Stretch {
  readonly isUp: boolean;
  /** Milliseconds of a clock that never jumps. */
  readonly from: number;
  to: number;
}

const dayMs = 86_400_000;

/** For how long something was up and down, over a day at most. */
export class Uptime {
  readonly #stretches: Stretch[] = [];

  /**
   * How it is at a moment; between two of them it was as at the first. What nobody can see, who could
   * see it before, is down.
   */
  note(seen: boolean | undefined, at: number): void {
    if (seen === undefined && this.#stretches.length === 0) return;
    const isUp = seen ?? false;
    const last = this.#stretches.at(-1);
    if (last) last.to = at;
    if (last?.isUp !== isUp) this.#stretches.push({ isUp, from: at, to: at });
    while ((this.#stretches[0]?.to ?? at) < at - dayMs) this.#stretches.shift();
  }

  get availability(): Availability {
    let [up, down, failures] = [0, 0, 0];
    const since = (this.#stretches.at(-1)?.to ?? 0) - dayMs;
    for (const [index, { isUp, from, to }] of this.#stretches.entries()) {
      const seconds = (to - Math.max(from, since)) / 1000;
      if (isUp) up += seconds;
      else down += seconds;
      // A step from up to down; one that began before anybody looked is none.
      if (!isUp && index > 0) failures++;
    }
    return {
      ratio: up + down > 0 ? up / (up + down) : undefined,
      failures,
      upSeconds: up,
      downSeconds: down,
      mtbfSeconds: failures > 0 ? up / failures : undefined,
      mttrSeconds: failures > 0 ? down / failures : undefined,
    };
  }
}
