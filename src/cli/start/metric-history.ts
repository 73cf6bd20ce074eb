import { readPrometheusText } from './prometheus-text.ts';

/** How much counters have grown since the beginning, by name and labels, over all processes. */
export type Increases = ReadonlyMap<string, Increase>;

/** The growth of one counter, or of one part of a histogram. */
export interface Increase {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const isCounted = (name: string): boolean => /_(total|bucket|sum|count)$/.test(name);

/**
 * Adds up counters over processes and over their restarts, as Prometheus' `increase` does.
 *
 * A process that starts again counts from 0: what it had counted when it was last asked is kept.
 */
export class MetricHistory {
  readonly #last = new Map<string, number>();
  readonly #grown = new Map<string, Increase & { value: number }>();

  /** Takes what a process counts now as the beginning: it was there before. */
  begin(process: string, text: string): void {
    this.#take(process, text, () => 0);
  }

  /** Adds what a process has counted since it was last asked. */
  add(process: string, text: string): void {
    this.#take(process, text, (value, before) => (value < before ? value : value - before));
  }

  increases(): Increases {
    return this.#grown;
  }

  #take(process: string, text: string, growth: (value: number, before: number) => number): void {
    for (const { name, labels, value } of readPrometheusText(text)) {
      if (!isCounted(name)) continue;
      const series = `${name} ${JSON.stringify(labels)}`;
      const ofProcess = `${process} ${series}`;
      const more = growth(value, this.#last.get(ofProcess) ?? 0);
      this.#last.set(ofProcess, value);
      const grown = this.#grown.get(series);
      if (grown) grown.value += more;
      else this.#grown.set(series, { name, labels, value: more });
    }
  }
}
