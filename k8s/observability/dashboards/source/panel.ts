/** A query of a panel, in PromQL. */
export interface Query {
  /** What Grafana writes beside its series; `{{label}}` stands for a label's value. */
  readonly legend: string;
  readonly expr: string;
  /** When it finds nothing although all is well, as a clause: `while nothing is retried`. */
  readonly emptyWhile?: string;
  /** The program that exports what is asked for, when that is none of ours. */
  readonly from?: string;
}

/** Units by their names in Grafana. */
export type Unit =
  | 'bool_on_off'
  | 'bytes'
  | 'eps'
  | 'none'
  | 'ops'
  | 'percentunit'
  | 'reqps'
  | 's'
  | 'short';

/** What a panel shows and how, before Grafana's own shape is made of it. */
export interface Panel {
  readonly look: 'stat' | 'lines' | 'areas' | 'bars' | 'timeline' | 'table' | 'heatmap';
  readonly title: string;
  /** What is seen, in a sentence that a newcomer understands. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Columns of 24. */
  readonly width: number;
  readonly height: number;
  readonly decimals?: number;
  readonly max?: number;
  /** It may be below zero, which lines show then. */
  readonly isSigned?: boolean;
  /** Units of the columns of a table that are not in its own. */
  readonly columns?: Readonly<Record<string, Unit>>;
  /** The unit of what a heatmap counts the values of. */
  readonly valueUnit?: Unit;
  /** From which value on it is worth a look, and from which on it is bad. */
  readonly thresholds?: { readonly look: number; readonly bad: number };
}

/** Panels under a heading, each band of them from left to right. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A dashboard before it is one of Grafana's. */
export interface Board {
  /** The name of its file, and the end of its address in Grafana. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly sections: readonly Section[];
}

type About = Omit<Panel, 'look' | 'queries' | 'width' | 'height'> &
  Partial<Pick<Panel, 'width' | 'height'>>;

const made =
  (look: Panel['look'], width: number, height: number) =>
  (about: About, ...queries: readonly Query[]): Panel => ({
    look,
    width,
    height,
    ...about,
    queries,
  });

/** One number, the last of the range. */
export const stat = made('stat', 4, 4);
/** A line for each series. */
export const lines = made('lines', 8, 8);
/** The same, stacked: where the sum means something. */
export const areas = made('areas', 8, 8);
/** A bar for each series, as of now. */
export const bars = made('bars', 8, 8);
/** How often which value was observed, over time. */
export const heatmap = made('heatmap', 12, 8);
/** Up and down over time. */
export const timeline = made('timeline', 12, 6);
/** A row for each set of labels and a column for each query, as of now. */
export const table = made('table', 12, 6);

/** A query whose answer is never empty while the system runs. */
export const asks = (legend: string, expr: string): Query => ({ legend, expr });

/** A query that finds nothing on a good day; the panel says when that is. */
export const asksWhere = (emptyWhile: string, legend: string, expr: string): Query => ({
  legend,
  expr,
  emptyWhile,
});

/** A query for what another program exports; nothing where that is not scraped. */
export const asksOf = (from: string, legend: string, expr: string): Query => ({
  legend,
  expr,
  from,
  emptyWhile: `where ${from} is not scraped`,
});
