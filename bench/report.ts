import { count } from '../src/cli/terminal/figures.ts';
import type { LayerTimes } from './cpu-profile.ts';
import { markdownTable } from './markdown-table.ts';
import type { Sample } from './measurement.ts';
import { type RowName, rows } from './rows.ts';
import { pairedRatios, type Spread, spreadOf } from './statistics.ts';

/** Each row's samples, one a round, all in the order of the rounds. */
export type Samples = Readonly<Partial<Record<RowName, readonly Sample[]>>>;

/** What is said of one row. */
export interface RowSummary {
  readonly row: RowName;
  readonly base: RowName;
  readonly eventsPerSecond: Spread;
  /** Events a second compared with the base in the same round. */
  readonly ratio: Spread;
  readonly clientCpuMicros: Spread;
  readonly serverCpuMicros: Spread | undefined;
}

export const summarize = (samples: Samples): RowSummary[] =>
  namesIn(samples).map((row) => {
    const { base } = rows[row];
    const own = samples[row] ?? [];
    const rates = own.map(({ eventsPerSecond }) => eventsPerSecond);
    const baseRates = (samples[base] ?? []).map(({ eventsPerSecond }) => eventsPerSecond);
    const server = own.flatMap(({ serverCpuMicros }) => serverCpuMicros ?? []);
    return {
      row,
      base,
      eventsPerSecond: spreadOf(rates),
      ratio: spreadOf(pairedRatios(rates, baseRates)),
      clientCpuMicros: spreadOf(own.map(({ clientCpuMicros }) => clientCpuMicros)),
      serverCpuMicros: server.length === own.length ? spreadOf(server) : undefined,
    };
  });

const namesIn = (samples: Samples): RowName[] =>
  (Object.keys(rows) as RowName[]).filter((row) => (samples[row]?.length ?? 0) > 0);

/** The comparison as a table: medians, and the least and most of the rounds. */
export const sayTable = (summaries: readonly RowSummary[]): string =>
  markdownTable([
    ['row', 'events/s', 'min-max', 'x base', 'min-max', 'client us', 'server us'],
    ...summaries.map(({ row, base, ...figures }) => [
      `${row}${row === base ? ' [base]' : ''}`,
      count(figures.eventsPerSecond.median),
      `${count(figures.eventsPerSecond.least)}-${count(figures.eventsPerSecond.most)}`,
      figures.ratio.median.toFixed(2),
      `${figures.ratio.least.toFixed(2)}-${figures.ratio.most.toFixed(2)}`,
      figures.clientCpuMicros.median.toFixed(1),
      figures.serverCpuMicros?.median.toFixed(1) ?? 'n/a',
    ]),
  ]);

/** What each row does, so that nobody compares what cannot be compared. */
export const sayRows = (names: readonly RowName[]): string =>
  names.map((row) => `- ${row} (${rows[row].title}): ${rows[row].does}.`).join('\n');

/** Where the time of one row goes: microseconds of the client per event, by layer. */
export const sayLayers = (row: string, layers: LayerTimes, observability?: number): string => {
  const least = 0.05;
  const busy = layers.filter(([layer]) => layer !== 'idle');
  const sum = busy.reduce((total, [, micros]) => total + micros, 0);
  return markdownTable([
    [row, 'us/event', 'share'],
    ...busy
      .filter(([, micros]) => micros >= least)
      .map(([layer, micros]) => [
        layer,
        micros.toFixed(2),
        `${((100 * micros) / sum).toFixed(0)} %`,
      ]),
    ['together', sum.toFixed(2), '100 %'],
    ...(observability === undefined ? [] : [ofIt(observability, sum)]),
  ]);
};

const ofIt = (observability: number, sum: number): string[] => [
  'of it observability, with all that it calls',
  observability.toFixed(2),
  `${((100 * observability) / sum).toFixed(1)} %`,
];
