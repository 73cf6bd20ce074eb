import type { MetricName, metricTable } from '../../../../src/infra/observability/metric-table.ts';

type Table = typeof metricTable;
type Of<Kind> = {
  [Name in MetricName]: Table[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
type FromObservers = {
  [Name in MetricName]: Table[Name]['from'] extends readonly ['observer'] ? Name : never;
}[MetricName];

/** What processes count of themselves; a name that is none of the metric table is an error of types. */
export type CounterName = Exclude<Of<'counter'>, FromObservers>;
/** What they count, as a histogram or as the number of what one was told. */
type Counted = CounterName | `${Of<'histogram'>}_count`;
/** What processes say of themselves: over several it adds up. */
type OwnGauge = Exclude<Of<'gauge'>, FromObservers>;
export type HistogramName = Of<'histogram'>;

/** The step of a line, as Grafana chooses it, at least four scrapes. */
export const step = '[$__rate_interval]';
/** All of what is looked at. */
export const all = '[$__range]';

/** Which series, and by which labels they are kept apart. */
export interface Choice {
  /** Labels that are kept; all are added up without. */
  readonly by?: string;
  /** Further matchers. */
  readonly where?: string;
  /** @default the step */
  readonly over?: typeof step | typeof all;
}

/** The selector of what was chosen above the dashboard. */
export const chosen = (where = ''): string =>
  `{${['namespace=~"$namespace"', 'service=~"$service"', where].filter(Boolean).join(',')}}`;

/** The same without the service: of what is about the whole installation. */
export const installation = (where = ''): string =>
  `{${['namespace=~"$namespace"', where].filter(Boolean).join(',')}}`;

/** The alerts that fire, without the one that always does. */
export const firing = `ALERTS${installation(
  'alertname=~"Millrace.*",alertname!="MillraceWatchdog",alertstate="firing"',
)}`;

const grouped = (how: string, by: string | undefined): string => (by ? `${how} by (${by}) ` : how);

/** How much more a second, of a counter or of how often a histogram was told. */
export const rate = (name: Counted, { by, where, over = step }: Choice = {}): string =>
  `${grouped('sum', by)}(rate(${name}${chosen(where)}${over}))`;

/** How much more within a time. */
export const increase = (name: Counted, { by, where, over = all }: Choice = {}): string =>
  `${grouped('sum', by)}(increase(${name}${chosen(where)}${over}))`;

/** The mean of what a histogram was told; nothing where it was told nothing. */
export const mean = (name: HistogramName, { by, where, over = step }: Choice = {}): string => {
  const part = (suffix: string) =>
    `${grouped('sum', by)}(rate(${name}_${suffix}${chosen(where)}${over}))`;
  return `${part('sum')} / (${part('count')} > 0)`;
};

/** The value below which a share of what a histogram was told lies. */
export const quantile = (
  share: number,
  name: HistogramName,
  { by, where, over = step }: Choice = {},
): string =>
  `histogram_quantile(${share}, sum by (${by ? `${by}, ` : ''}le) (rate(${name}_bucket${chosen(where)}${over})))`;

/** How often which values were observed: the rows of a heatmap. */
export const buckets = (name: HistogramName, where?: string): string =>
  `sum by (le) (increase(${name}_bucket${chosen(where)}${step}))`;

/** What processes say of themselves now, added up. */
export const total = (name: OwnGauge | CounterName, { by, where }: Choice = {}): string =>
  `${grouped('sum', by)}(${name}${chosen(where)})`;

/** A gauge of which several processes say the same, as observers do, or of which the worst matters. */
export const largest = (name: Of<'gauge'>, { by, where }: Choice = {}): string =>
  `${grouped('max', by)}(${name}${chosen(where)})`;

/** How much more a second observers saw: all of them see the same. */
export const observedRate = (
  name: Extract<Of<'counter'>, FromObservers> | 'millrace_stream_last_sequence',
  { by, where, over = step }: Choice = {},
): string => `${grouped('max', by)}(rate(${name}${chosen(where)}${over}))`;

/** Keeps of a process metric what comes from the chosen processes; they carry no label of ours. */
export const ofChosen = (expression: string): string =>
  `${expression} and on (namespace, job, instance) millrace_build_info${chosen()}`;
