import type { Sample } from '../measurement.ts';
import { pairedRatios, spreadOf } from '../statistics.ts';

/** What rows are known to cost. */
export interface Baseline {
  /** So many times as much is worth a warning; wide, because machines and neighbours differ. */
  readonly margin: number;
  /** By row: with which one it is compared, and how many times that one's CPU time an event takes. */
  readonly rows: Readonly<Record<string, { readonly base: string; readonly times: number }>>;
}

/** What a run says of one row. */
export type Verdict =
  | { readonly kind: 'usual' | 'dearer' | 'cheaper'; readonly row: string; readonly times: number }
  | { readonly kind: 'unknown'; readonly row: string };

/** The samples of a run by row, one a round, all in the order of the rounds. */
export type RowSamples = Readonly<Record<string, readonly Sample[] | undefined>>;

/** Client and server together; not a number where the system does not say what the server used. */
const cpuMicros = ({ clientCpuMicros, serverCpuMicros }: Sample): number =>
  clientCpuMicros + (serverCpuMicros ?? Number.NaN);

/** How many times its base's CPU time an event of a row takes: the median of the rounds. */
export const timesOf = (samples: RowSamples, row: string, base: string): number | undefined => {
  const [own = [], other = []] = [samples[row], samples[base]];
  const ratios = pairedRatios(own.map(cpuMicros), other.map(cpuMicros));
  return ratios.length > 0 && ratios.every(Number.isFinite) ? spreadOf(ratios).median : undefined;
};

/**
 * Compares a run with what is known: only ratios within the run, so that a slow machine is no news.
 *
 * `cheaper` by the same margin says that the baseline no longer tells anything.
 */
export const judge = (samples: RowSamples, { margin, rows }: Baseline): Verdict[] =>
  Object.entries(rows).map(([row, { base, times: known }]) => {
    const times = timesOf(samples, row, base);
    if (times === undefined) return { kind: 'unknown', row };
    if (times > known * margin) return { kind: 'dearer', row, times };
    return { kind: times < known / margin ? 'cheaper' : 'usual', row, times };
  });

/** A verdict as a line of the log. */
export const sayVerdict = (verdict: Verdict, { rows }: Baseline): string => {
  const { row } = verdict;
  const known = rows[row];
  if (verdict.kind === 'unknown' || !known) return `${row}: not measured`;
  const figures = `${verdict.times.toFixed(2)} times the CPU time of ${known.base}, baseline ${known.times.toFixed(2)}`;
  switch (verdict.kind) {
    case 'usual':
      return `${row}: ${figures}`;
    case 'dearer':
      return `WARNING: ${row} has become dearer: ${figures}`;
    case 'cheaper':
      return `${row} has become cheaper: ${figures}; \`npm run bench -- check --save\` makes it the baseline`;
  }
};
