import { readOptions, wholeNumber } from '../src/cli/terminal/read-options.ts';
import { UsageError } from '../src/cli/terminal/usage-error.ts';
import { type RowName, rows } from './rows.ts';

/** What a run of the rows is asked for. */
export interface BenchOptions {
  readonly rounds: number;
  /** How many events each row works through in each round. */
  readonly events: number;
  readonly rows: readonly RowName[];
  /** One round under the profiler instead of a comparison. */
  readonly profile: boolean;
  /** What the rows with Millrace set in its environment besides; the defaults hold for the rest. */
  readonly settings: Readonly<Record<string, string>>;
}

export const usage = `npm run bench -- rows [--rounds N] [--events N] [--quick] [--rows a,b] [--profile]
                    [--prefetch N] [--concurrency N]

  --rounds N       how often each row runs (5)
  --events N       how many events a row works through (80000)
  --quick          1 round of 10000 events of fewer rows
  --rows a,b       only these and what they are compared with: ${Object.keys(rows).join(', ')}
  --profile        one round under the profiler: where the client's time goes, layer by layer
  --prefetch N     PREFETCH of the rows with Millrace
  --concurrency N  CONCURRENCY of the rows with Millrace`;

const known = {
  rounds: { type: 'string' },
  events: { type: 'string' },
  quick: { type: 'boolean', default: false },
  rows: { type: 'string' },
  profile: { type: 'boolean', default: false },
  prefetch: { type: 'string' },
  concurrency: { type: 'string' },
} as const;

/** Reads the command line of the rows. @throws UsageError */
export const readBenchOptions = (args: readonly string[]): BenchOptions => {
  const { values, positionals } = readOptions(args, known);
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is no option`);
  const usual = values.quick ? { rounds: 1, events: 10_000 } : { rounds: 5, events: 80_000 };
  const preset = values.profile ? { ...usual, rounds: 1 } : usual;
  const rounds = { least: 1, most: 100 };
  const events = { least: 5_000, most: 10_000_000 };
  return {
    rounds: values.rounds ? wholeNumber('--rounds', values.rounds, rounds) : preset.rounds,
    events: values.events ? wholeNumber('--events', values.events, events) : preset.events,
    rows: values.rows ? chosen(values.rows) : usualRows(values.quick),
    profile: values.profile,
    settings: {
      ...(values.prefetch ? { PREFETCH: values.prefetch } : {}),
      ...(values.concurrency ? { CONCURRENCY: values.concurrency } : {}),
    },
  };
};

const rowNames = Object.keys(rows) as RowName[];

/** Rows that show where others' time goes, or that `peers` and `stores` have too: not in a quick run. */
const explaining = new Set<RowName>([
  'iterator',
  'callback-work',
  'headers-client',
  'headers-lines',
  'iterator-work',
  'publish-both',
]);

const usualRows = (isQuick: boolean): RowName[] =>
  rowNames.filter((name) => !isQuick || !explaining.has(name));

/** The rows named and those that they are compared with, in the order of the table. */
const chosen = (list: string): RowName[] => {
  const named = list.split(',').map((name) => {
    const found = rowNames.find((row) => row === name.trim());
    if (!found) throw new UsageError(`--rows: "${name}" is none of ${rowNames.join(', ')}`);
    return found;
  });
  const wanted = new Set<RowName>(named.flatMap((name) => [name, rows[name].base]));
  return rowNames.filter((name) => wanted.has(name));
};
