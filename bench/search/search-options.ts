import { readOptions, wholeNumber } from '../../src/cli/terminal/read-options.ts';
import { UsageError } from '../../src/cli/terminal/usage-error.ts';
import type { SearchCase } from './run-search.ts';

/** What a measurement of the search is asked for. */
export interface SearchOptions extends SearchCase {
  readonly rounds: number;
}

export const searchUsage = `npm run bench -- search [--rounds N] [--products N] [--quick]

  --rounds N    how often everything is measured (3)
  --products N  how many products the stream holds (100000)
  --quick       1 round, 10000 products`;

const known = {
  rounds: { type: 'string' },
  products: { type: 'string' },
  quick: { type: 'boolean', default: false },
} as const;

/** Reads the command line. @throws UsageError */
export const readSearchOptions = (args: readonly string[]): SearchOptions => {
  const { values, positionals } = readOptions(args, known);
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is no option`);
  const { rounds, products, quick } = values;
  const usual = quick ? { rounds: 1, products: 10_000 } : { rounds: 3, products: 100_000 };
  return {
    rounds: rounds ? wholeNumber('--rounds', rounds, { least: 1, most: 100 }) : usual.rounds,
    products: products
      ? wholeNumber('--products', products, { least: 1_000, most: 1_000_000 })
      : usual.products,
    asked: quick ? 100 : 300,
  };
};
