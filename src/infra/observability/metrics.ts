import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type Count, FastCounter } from './fast-counter.ts';
import { FastHistogram, type Observations } from './fast-histogram.ts';
import { type MetricName, type MetricRow, metricTable, processMetrics } from './metric-table.ts';
import { type Exposition, type ShownMetric, toOpenMetrics } from './open-metrics.ts';

/** One series of a metric; `metricName` where a metric has several, as a histogram has. */
export interface SeriesValue {
  readonly value: number;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  readonly metricName?: string;
}

type NameOf<Kind> = {
  [Name in MetricName]: (typeof metricTable)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

type LabelOf<Name extends MetricName> = Exclude<
  (typeof metricTable)[Name]['labels'][number],
  'service'
>;
type LabelsOf<Name extends MetricName> = Readonly<Record<LabelOf<Name>, string>>;

/**
 * The metrics of one service in one process, by the metric table.
 *
 * Ask for a metric once and keep it: looking its labels up costs more than counting.
 */
export class Metrics {
  readonly service: string;
  readonly #registry = new Registry();
  readonly #made = new Map<string, Made>();
  readonly #beforeScrape: (() => void)[] = [];
  readonly #afterScrape: (() => void)[] = [];
  #process: Registry | undefined;

  constructor(service: string) {
    this.service = service;
  }

  /** A counter; `service` says whose it is, where a process speaks of others too. */
  counter<Name extends NameOf<'counter'>>(
    name: Name,
    labels: LabelsOf<Name>,
    service = this.service,
  ): Count {
    const counter = this.#make(name, (row) => new FastCounter(row)) as FastCounter;
    return counter.bind({ service, ...labels });
  }

  histogram<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>): Observations {
    const histogram = this.#make(
      name,
      (row) => new FastHistogram({ ...row, buckets: row.buckets ?? [] }),
    ) as FastHistogram;
    return histogram.bind({ service: this.service, ...labels });
  }

  /** A gauge; `service` says whose it is, where a process speaks of others too. */
  gauge<Name extends NameOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, service = this.service) {
    const gauge = this.#make(name, (row) => new Gauge(row)) as Gauge;
    return gauge.labels({ service, ...labels });
  }

  /** Shows nothing of a gauge until it is set again: what is not known must not look as if it were. */
  forget(name: NameOf<'gauge'>): void {
    this.#made.get(name)?.reset();
  }

  /** Sets gauges at the moment they are asked for. */
  beforeScrape(run: () => void): void {
    this.#beforeScrape.push(run);
  }

  /** The series of a metric as they are now; none of one that was never asked for. */
  async read(name: MetricName): Promise<readonly SeriesValue[]> {
    return (await this.#registry.getSingleMetric(name)?.get())?.values ?? [];
  }

  /** Exports the few process metrics that the table names. Once a process. */
  exportProcess(): void {
    this.#process = new Registry();
    collectDefaultMetrics({ register: this.#process });
  }

  /** The exposition, in Prometheus' text format or in OpenMetrics. */
  async expose(format: 'text' | 'openmetrics' = 'text'): Promise<Exposition> {
    for (const run of this.#beforeScrape) run();
    for (const run of this.#afterScrape.splice(0)) run();
    const ofProcess = await this.#ofProcess();
    if (format === 'openmetrics') {
      // Its type does not say so, but what a registry lists is the metrics themselves.
      const own = this.#registry.getMetricsAsArray() as unknown as ShownMetric[];
      return toOpenMetrics([...own, ...ofProcess]);
    }
    const texts = await Promise.all(
      ofProcess.map(({ name }) => this.#process?.getSingleMetricAsString(name)),
    );
    const body = `${await this.#registry.metrics()}${texts.join('\n')}\n`;
    return { contentType: this.#registry.contentType, body };
  }

  /** Some of prom-client's metrics are set while others are collected, so all are, and few are shown. */
  async #ofProcess(): Promise<readonly ShownMetric[]> {
    const registry = this.#process;
    if (!registry) return [];
    await registry.getMetricsAsJSON();
    return processMetrics.flatMap((name) => {
      const metric = registry.getSingleMetric(name);
      return metric ? [{ name, get: () => metric.get() }] : [];
    });
  }

  /** Resolves when the metrics have been asked for once more. */
  scraped(): Promise<void> {
    return new Promise((resolve) => this.#afterScrape.push(resolve));
  }

  #make(name: MetricName, make: (row: Settings) => Made): Made {
    const found = this.#made.get(name);
    if (found) return found;
    const { help, labels, buckets }: MetricRow = metricTable[name];
    const made = make({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      ...(buckets ? { buckets } : {}),
    });
    this.#made.set(name, made);
    return made;
  }
}

type Made = FastCounter | Gauge | FastHistogram;

interface Settings {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
  readonly buckets?: readonly number[];
}
