import { readOptions, wholeNumber } from '../../src/cli/terminal/read-options.ts';
import { UsageError } from '../../src/cli/terminal/usage-error.ts';
import { baseOf, type Compared, type ComparedRow } from './compared.ts';

/** What a comparison is asked for. */
export interface ComparedOptions {
  readonly rounds: number;
  readonly isQuick: boolean;
  /** No round begins after so long. */
  readonly minutes: number;
  readonly rows: readonly ComparedRow[];
}

export const comparedUsage = ({ name, about, rows }: Compared): string =>
  `npm run bench -- ${name} [--rounds N] [--quick] [--minutes N] [--rows a,b]

${about}.
Peers are installed into .cache/bench-peers when they are first needed; what this machine lacks a
program for is left out, and said.

  --rounds N   how often each row runs (5)
  --minutes N  no round begins after so long (60)
  --quick      1 round of fewer rows and events: to see that it works, not to rely on
  --rows a,b   only these, and what they are compared with:
${rows.map((row) => `                ${row.name.padEnd(24)}${row.title}`).join('\n')}`;

const known = {
  rounds: { type: 'string' },
  quick: { type: 'boolean', default: false },
  rows: { type: 'string' },
  minutes: { type: 'string' },
} as const;

/** Reads the command line. @throws UsageError */
export const readComparedOptions = (
  args: readonly string[],
  compared: Compared,
): ComparedOptions => {
  const { values, positionals } = readOptions(args, known);
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is no option`);
  const { rounds = values.quick ? '1' : '5' } = values;
  return {
    rounds: wholeNumber('--rounds', rounds, { least: 1, most: 100 }),
    isQuick: values.quick,
    minutes: wholeNumber('--minutes', values.minutes ?? '60', { least: 1, most: 1_000 }),
    rows:
      values.rows === undefined ? usualRows(compared, values.quick) : chosen(values.rows, compared),
  };
};

/** All of them, or those that a quick run has. */
const usualRows = ({ rows }: Compared, isQuick: boolean): readonly ComparedRow[] =>
  rows.filter(({ events }) => !isQuick || events.quick !== undefined);

/** The rows named and those that they are compared with, in the order of the table. */
const chosen = (list: string, { rows }: Compared): readonly ComparedRow[] => {
  const named = list.split(',').map((name) => {
    const found = rows.find((row) => row.name === name.trim());
    if (found) return found;
    const known = rows.map((row) => row.name).join(', ');
    throw new UsageError(`--rows: "${name}" is none of ${known}`);
  });
  const wanted = new Set(named.flatMap((row) => [row.name, baseOf(row, rows)]));
  return rows.filter(({ name }) => wanted.has(name));
};
