import { count } from '../../src/cli/terminal/figures.ts';
import { markdownTable } from '../markdown-table.ts';
import { pairedRatios, type Spread, spreadOf } from '../statistics.ts';
import {
  baseOf,
  type Compared,
  type ComparedFigures,
  type ComparedResult,
  type ComparedSample,
  eventsOf,
  type Target,
} from './compared.ts';
import type { ComparedOptions } from './options.ts';

/** Puts together what is kept of each row; rows without samples are left out. */
export const resultsOf = (
  { rows: all }: Pick<Compared, 'rows'>,
  { rows, isQuick }: ComparedOptions,
  samples: ReadonlyMap<string, readonly ComparedSample[]>,
): ComparedResult[] => {
  const ratesOf = (row: string): number[] =>
    (samples.get(row) ?? []).map(({ eventsPerSecond }) => eventsPerSecond);
  return rows.flatMap((row): ComparedResult[] => {
    const { name, title, does, differs } = row;
    const base = baseOf(row, all);
    const own = samples.get(name) ?? [];
    if (own.length === 0) return [];
    return [
      {
        ...{ name, title, does, differs, events: eventsOf(row, isQuick), base },
        eventsPerSecond: ratesOf(name),
        // Of a base that failed there is nothing to compare with.
        ratios: samples.has(base) ? pairedRatios(ratesOf(name), ratesOf(base)) : [],
        clientCpuMicros: own.map(({ clientCpuMicros }) => clientCpuMicros),
        serverCpuMicros: own.map(({ serverCpuMicros }) => serverCpuMicros),
        latencyP50Ms: own.map(({ latencyMs }) => latencyMs?.p50 ?? null),
        latencyP99Ms: own.map(({ latencyMs }) => latencyMs?.p99 ?? null),
      },
    ];
  });
};

/** The tables, what each row does, and what was left out. */
export const sayCompared = (results: ComparedFigures, targets: readonly Target[]): string =>
  [
    sayRates(results),
    sayTargets(results, targets),
    results.rows.map(sayRow).join('\n'),
    Object.entries(results.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    results.leftOut.map(({ name, why }) => `left out: ${name}: ${why}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');

const sayRow = ({ name, title, does, differs }: ComparedResult): string =>
  `- \`${name}\` (${title}): ${does}. Differs: ${differs}.`;

const sayRates = ({ rows }: ComparedFigures): string =>
  markdownTable(
    withoutEmpty([
      [
        'row',
        'events',
        'events/s',
        'min-max',
        'x base',
        'min-max',
        'client us',
        'server us',
        'p50 ms',
        'p99 ms',
      ],
      ...rows.map(({ name, base, events, ...figures }) => {
        const rates = spreadOf(figures.eventsPerSecond);
        const ratios = figures.ratios.length > 0 ? spreadOf(figures.ratios) : undefined;
        return [
          `${name}${name === base ? ' [base]' : ''}`,
          count(events),
          count(rates.median),
          `${count(rates.least)}-${count(rates.most)}`,
          ratios ? short(ratios.median) : '-',
          ratios ? range(ratios) : '-',
          median(figures.clientCpuMicros, 1),
          median(figures.serverCpuMicros, 1),
          median(figures.latencyP50Ms, 2),
          median(figures.latencyP99Ms, 2),
        ];
      }),
    ]),
  );

/** A table without the columns that say nothing of any row. */
const withoutEmpty = (table: readonly (readonly string[])[]): string[][] => {
  const says = (column: number): boolean => table.slice(1).some((row) => row[column] !== '-');
  return table.map((row) => row.filter((_, column) => says(column)));
};

/** How many times as fast, and with how much CPU time, of every target whose rows were measured. */
const sayTargets = ({ rows }: ComparedFigures, targets: readonly Target[]): string => {
  const named = (name: string) => rows.find((row) => row.name === name);
  const lines = targets.flatMap(({ row, by, least }) =>
    by.flatMap((faster) => {
      const [own, other] = [named(faster), named(row)];
      if (!own || !other) return [];
      const times = spreadOf(pairedRatios(own.eventsPerSecond, other.eventsPerSecond));
      const verdict = times.median >= least ? 'met' : 'not met';
      const figures = [short(times.median), range(times), `${least}`, verdict];
      return [[`${faster} / ${row}`, ...figures, timesTheCpu(other, own)]];
    }),
  );
  const head = ['', 'times as fast', 'min-max', 'wanted', '', 'CPU of the other'];
  return lines.length === 0 ? '' : markdownTable([head, ...lines]);
};

/** CPU time of client and server for each event beside that of another row: steadier than rates. */
const timesTheCpu = (row: ComparedResult, than: ComparedResult): string => {
  const [more, less] = [cpuOf(row), cpuOf(than)];
  return more && less ? `x ${short(spreadOf(pairedRatios(more, less)).median)}` : '-';
};

const cpuOf = ({ clientCpuMicros, serverCpuMicros }: ComparedResult): number[] | undefined => {
  const known = serverCpuMicros.filter((micros) => micros !== null);
  if (known.length < clientCpuMicros.length) return undefined;
  return known.map((micros, round) => micros + (clientCpuMicros[round] ?? 0));
};

/** Few digits where the number is large, more where it is small. */
const short = (value: number): string => value.toFixed(value < 0.1 ? 4 : value < 10 ? 2 : 1);
const range = ({ least, most }: Spread): string => `${short(least)}-${short(most)}`;

const median = (values: readonly (number | null)[], digits: number): string => {
  const known = values.filter((value) => value !== null);
  return known.length < values.length || known.length === 0
    ? '-'
    : spreadOf(known).median.toFixed(digits);
};
