import { readOptions, wholeNumber } from '../../src/cli/terminal/read-options.ts';
import { UsageError } from '../../src/cli/terminal/usage-error.ts';

/** What a comparison of durability is asked for. */
export interface DurabilityOptions {
  readonly rounds: number;
  /** How long each figure is measured, in each round. */
  readonly measureMs: number;
}

export const durabilityUsage = `npm run bench -- durability [--rounds N] [--ms N] [--quick]

What it costs to have on the disk what is acknowledged: rates of publishing and of committing, on
one server and on a cluster of three on this machine, by what they are told about syncing.
The files lie in the system's temporary folder: set TMPDIR to a folder on the disk in question.

  --rounds N  how often everything is measured (3)
  --ms N      how long each figure is measured (1500)
  --quick     1 round of 100 ms a figure`;

const known = {
  rounds: { type: 'string' },
  ms: { type: 'string' },
  quick: { type: 'boolean', default: false },
} as const;

/** Reads the command line. @throws UsageError */
export const readDurabilityOptions = (args: readonly string[]): DurabilityOptions => {
  const { values, positionals } = readOptions(args, known);
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is no option`);
  const usual = values.quick ? { rounds: '1', ms: '100' } : { rounds: '3', ms: '1500' };
  const { rounds = usual.rounds, ms = usual.ms } = values;
  return {
    rounds: wholeNumber('--rounds', rounds, { least: 1, most: 100 }),
    measureMs: wholeNumber('--ms', ms, { least: 100, most: 600_000 }),
  };
};
