import type { Histogram, Registry } from 'prom-client';
import { readTraceParent } from '../../contracts/trace-context.ts';

/** A histogram of one set of label values. */
export interface Observations {
  /**
   * Counts a value; one that is no finite number is left out.
   *
   * @param trace the `traceparent` of what took so long, to be found by whoever looks at its bucket
   * @param at when it was observed, milliseconds since 1970; belongs to a trace
   */
  observe(value: number, trace?: string, at?: number): void;
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

/** A value whose trace is known. */
interface Example {
  readonly value: number;
  readonly trace: string;
  readonly at: number;
}

/** As prom-client shows it, in OpenMetrics only; the trace is read when somebody asks. */
const exemplarOf = (example: Example | undefined): object | undefined => {
  const traceId = readTraceParent(example?.trace)?.traceId;
  if (!example || !traceId) return undefined;
  return {
    labelSet: { trace_id: traceId },
    value: example.value,
    timestamp: example.at / 1000,
  };
};

class Series implements Observations {
  readonly #labels: Labels;
  readonly #bounds: readonly number[];
  /** How many values were in each bucket and in none before it; the last one is without a bound. */
  readonly #counts: Float64Array;
  #sum = 0;
  /** The last value of each bucket that came with a trace. */
  #examples: (Example | undefined)[] | undefined;

  constructor(labels: Labels, bounds: readonly number[]) {
    this.#labels = labels;
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number, trace?: string, at = 0): void {
    if (!Number.isFinite(value)) return;
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#sum += value;
    if (trace !== undefined) this.#remember(bucket, { value, trace, at });
  }

  #remember(bucket: number, example: Example): void {
    this.#examples ??= this.#bounds.map(() => undefined);
    this.#examples[bucket] = example;
  }

  values(name: string): object[] {
    const labels = this.#labels;
    let count = 0;
    const buckets = [...this.#counts].map((own, bucket) => {
      count += own;
      const le = this.#bounds[bucket] ?? '+Inf';
      const exemplar = exemplarOf(this.#examples?.[bucket]);
      return { value: count, metricName: `${name}_bucket`, labels: { le, ...labels }, exemplar };
    });
    return [
      ...buckets,
      { value: this.#sum, metricName: `${name}_sum`, labels },
      { value: count, metricName: `${name}_count`, labels },
    ];
  }
}
