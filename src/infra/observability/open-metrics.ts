import { type OpenMetricsContentType, Registry } from 'prom-client';

/** What a registry asks of a metric. */
export interface ShownMetric {
  readonly name: string;
  get(): Promise<object & { readonly name: string; readonly type: unknown }>;
}

/** An exposition, as it is answered. */
export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

/** True when a client takes OpenMetrics, which shows exemplars besides. */
export const takesOpenMetrics = (accept: string | undefined): boolean =>
  accept?.includes('application/openmetrics-text') ?? false;

/**
 * The exposition of metrics in OpenMetrics.
 *
 * prom-client writes it, but renames the counters that it is given for good: so it gets others that
 * say the same.
 */
export const toOpenMetrics = async (metrics: readonly ShownMetric[]): Promise<Exposition> => {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const metric of metrics) registry.registerMetric(inOpenMetrics(metric) as never);
  return { contentType: registry.contentType, body: await registry.metrics() };
};

/** A family of counters has the name without `_total`, which each of them gets back. */
const inOpenMetrics = (metric: ShownMetric): ShownMetric => ({
  name: metric.name,
  get: async () => {
    const shown = await metric.get();
    const isCounter = shown.type === 'counter';
    return { ...shown, name: isCounter ? shown.name.replace(/_total$/, '') : shown.name };
  },
});
