import { readOptions, wholeNumber } from '../../src/cli/terminal/read-options.ts';
import { UsageError } from '../../src/cli/terminal/usage-error.ts';
import { baseOf, type Compared, type ComparedRow } from './compared.ts';

/** What a comparison is asked for. */
export interface ComparedOptions {
  readonly rounds: number;
  readonly size: 'usual' | 'quick';
  readonly rows: readonly ComparedRow[];
}

export const comparedUsage = ({ name, about, rows }: Compared): string =>
  `npm run bench -- ${name} [--rounds N] [--quick] [--rows a,b]

${about}.
Peers are installed into .cache/bench-peers when they are first needed; what this machine lacks a
program for is left out, and said.

  --rounds N  how often each row runs (5)
  --quick     1 round of about a quarter of the events
  --rows a,b  only these, and what they are compared with:
${rows.map((row) => `                ${row.name.padEnd(24)}${row.title}`).join('\n')}`;

const known = {
  rounds: { type: 'string' },
  quick: { type: 'boolean', default: false },
  rows: { type: 'string' },
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
    size: values.quick ? 'quick' : 'usual',
    rows: values.rows === undefined ? compared.rows : chosen(values.rows, compared),
  };
};

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
