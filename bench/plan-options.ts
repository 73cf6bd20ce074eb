import { readOptions, wholeNumber } from '../src/cli/terminal/read-options.ts';
import { UsageError } from '../src/cli/terminal/usage-error.ts';

/** What most comparisons are asked for. */
export interface PlanOptions {
  readonly rounds: number;
  /** Fewer events and cases: to see that it works, not to rely on. */
  readonly quick: boolean;
}

const known = {
  rounds: { type: 'string' },
  quick: { type: 'boolean', default: false },
} as const;

/** Reads `--rounds` and `--quick`, which is one round unless said otherwise. @throws UsageError */
export const readPlanOptions = (args: readonly string[], usualRounds: number): PlanOptions => {
  const { values, positionals } = readOptions(args, known);
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is no option`);
  const { rounds, quick } = values;
  const usual = quick ? 1 : usualRounds;
  return {
    rounds: rounds ? wholeNumber('--rounds', rounds, { least: 1, most: 100 }) : usual,
    quick,
  };
};

/** How these options are explained. */
export const planUsage = (name: string, usualRounds: number): string =>
  `npm run bench -- ${name} [--rounds N] [--quick]

  --rounds N  how often everything is measured (${usualRounds})
  --quick     1 round of fewer events and cases`;
