import type { ReplicaReport } from '../../infra/pipeline/roll.ts';

/** How much was counted between two calls. */
export interface Counted {
  /** Events settled for good: done, ignored or dead. */
  readonly settled: number;
  readonly responses: number;
  readonly responseSeconds: number;
  readonly visible: number;
  readonly visibleSeconds: number;
}

export const nothingCounted: Counted = {
  settled: 0,
  responses: 0,
  responseSeconds: 0,
  visible: 0,
  visibleSeconds: 0,
};

const fields = Object.keys(nothingCounted) as readonly (keyof Counted)[];

const combine = (
  one: Counted,
  other: Counted,
  with_: (a: number, b: number) => number,
): Counted => {
  const result = { ...nothingCounted } as Record<keyof Counted, number>;
  for (const field of fields) result[field] = with_(one[field], other[field]);
  return result;
};

export const plus = (one: Counted, other: Counted): Counted => combine(one, other, (a, b) => a + b);

/**
 * Turns what replicas have counted since they began into what they counted since the last call.
 *
 * What was counted before this process first saw a replica is left out, unless it has only begun since
 * the call before. A replica that dies takes with it what it counted after the last call.
 */
export class ReplicaCounts {
  readonly #last = new Map<string, Counted>();
  #calledAt: number | undefined;

  /** @param now milliseconds since 1970 */
  take(reports: readonly ReplicaReport[], now: number): Counted {
    const before = this.#calledAt;
    this.#calledAt = now;
    let sum = nothingCounted;
    const names = new Set(reports.map(({ name }) => name));
    for (const name of this.#last.keys()) if (!names.has(name)) this.#forgetLater(name);
    for (const report of reports) {
      const total = totalOf(report);
      const isNew = before !== undefined && report.startedAt > before - clocksDifferMs;
      const last = this.#last.get(report.name) ?? (isNew ? nothingCounted : total);
      this.#last.set(report.name, total);
      sum = plus(
        sum,
        combine(total, last, (a, b) => Math.max(0, a - b)),
      );
    }
    return sum;
  }

  /** A replica that was too busy to answer once goes on from where it was. */
  #forgetLater(name: string): void {
    if (this.#last.size > mostKnown) this.#last.delete(name);
  }
}

const mostKnown = 1_000;
const clocksDifferMs = 2_000;

const settledFor = new Set(['done', 'ignored', 'dead']);

const totalOf = ({ totals: { settled, response, visible } }: ReplicaReport): Counted => ({
  settled: Object.entries(settled).reduce(
    (sum, [outcome, count]) => (settledFor.has(outcome) ? sum + count : sum),
    0,
  ),
  responses: response.count,
  responseSeconds: response.sum,
  visible: visible.count,
  visibleSeconds: visible.sum,
});
