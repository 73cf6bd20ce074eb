import type { Histogram, Registry } from 'prom-client';

/** A histogram of one set of label values. */
export interface Observations {
  /** Counts a value; one that is no finite number is left out. */
  observe(value: number): void;
}

type Labels = Readonly<Record<string, string>>;

/**
 * A histogram of prom-client whose labels are bound once.
 *
 * Observing costs an addition and a short search instead of checking, copying and hashing labels for
 * every value. What Prometheus is shown is the same.
 */
export class FastHistogram {
  readonly name: string;
  readonly #settings: HistogramSettings;
  readonly #series = new Map<string, Series>();

  /** Registers itself. @throws Error when a registry has one of its name */
  constructor(settings: HistogramSettings) {
    this.name = settings.name;
    this.#settings = settings;
    // All that a registry asks of a metric is what is here.
    for (const registry of settings.registers)
      registry.registerMetric(this as unknown as Histogram);
  }

  /** The observations under these label values, always the same ones. */
  bind(labels: Labels): Observations {
    const key = JSON.stringify(labels);
    let series = this.#series.get(key);
    if (!series) {
      series = new Series(labels, this.#settings.buckets);
      this.#series.set(key, series);
    }
    return series;
  }

  /** What the registry shows. */
  async get(): Promise<unknown> {
    const { name, help } = this.#settings;
    const values = [...this.#series.values()].flatMap((series) => series.values(name));
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }

  reset(): void {
    this.#series.clear();
  }
}

export interface HistogramSettings {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, ascending. */
  readonly buckets: readonly number[];
  readonly registers: readonly Registry[];
}

class Series implements Observations {
  readonly #labels: Labels;
  readonly #bounds: readonly number[];
  /** How many values were in each bucket and in none before it; the last one is without a bound. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(labels: Labels, bounds: readonly number[]) {
    this.#labels = labels;
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    if (!Number.isFinite(value)) return;
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#sum += value;
  }

  values(name: string): object[] {
    const labels = this.#labels;
    let count = 0;
    const buckets = [...this.#counts].map((own, bucket) => {
      count += own;
      const le = this.#bounds[bucket] ?? '+Inf';
      return { value: count, metricName: `${name}_bucket`, labels: { le, ...labels } };
    });
    return [
      ...buckets,
      { value: this.#sum, metricName: `${name}_sum`, labels },
      { value: count, metricName: `${name}_count`, labels },
    ];
  }
}
