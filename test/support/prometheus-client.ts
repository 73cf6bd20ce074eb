/** One series of an answer, with its values that are numbers. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

interface Answer<Data> {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data: Data;
}

type Point = readonly [time: number, value: string];

interface QueryData {
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly value?: Point;
    readonly values?: readonly Point[];
  }[];
}

/** A group of rules as Prometheus says that it evaluates them. */
export interface EvaluatedGroup {
  readonly name: string;
  readonly rules: readonly {
    readonly name: string;
    readonly health: string;
    readonly lastError?: string;
    readonly state?: string;
  }[];
}

/** A target as Prometheus says that it asks it. */
export interface ScrapedTarget {
  readonly health: string;
  readonly scrapeUrl: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Asks a Prometheus over its HTTP interface. */
export class PrometheusClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** What an expression is now. @throws with Prometheus' words when it refuses the expression */
  async now(query: string): Promise<readonly Series[]> {
    return seriesOf(await this.#get<QueryData>('query', { query }));
  }

  /** What an expression was in the last seconds. */
  async lately(query: string, seconds: number, step = 5): Promise<readonly Series[]> {
    const end = Date.now() / 1000;
    const range = { start: String(end - seconds), end: String(end), step: String(step) };
    return seriesOf(await this.#get<QueryData>('query_range', { query, ...range }));
  }

  async rules(): Promise<readonly EvaluatedGroup[]> {
    return (await this.#get<{ groups: readonly EvaluatedGroup[] }>('rules')).groups;
  }

  async targets(): Promise<readonly ScrapedTarget[]> {
    return (await this.#get<{ activeTargets: readonly ScrapedTarget[] }>('targets')).activeTargets;
  }

  async alertmanagers(): Promise<readonly string[]> {
    const { activeAlertmanagers } = await this.#get<{
      activeAlertmanagers: readonly { url: string }[];
    }>('alertmanagers');
    return activeAlertmanagers.map(({ url }) => url);
  }

  async #get<Data>(path: string, parameters: Record<string, string> = {}): Promise<Data> {
    const search = new URLSearchParams(parameters);
    const response = await fetch(`${this.#url}/api/v1/${path}?${search}`);
    const answer = (await response.json()) as Answer<Data>;
    if (answer.status !== 'success')
      throw new Error(`${parameters['query'] ?? path}: ${answer.error}`);
    return answer.data;
  }
}

/** Without the values that are none: a quotient of nothing, a quantile of nothing. */
const seriesOf = ({ result }: QueryData): readonly Series[] =>
  result
    .map(({ metric, value, values = value ? [value] : [] }) => ({
      labels: metric,
      values: values.map(([, text]) => Number(text)).filter((each) => !Number.isNaN(each)),
    }))
    .filter(({ values }) => values.length > 0);
