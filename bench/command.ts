import { UsageError } from '../src/cli/terminal/usage-error.ts';
import type { Comparison } from './comparison.ts';
import { comparisons } from './comparisons.ts';
import type { Planned } from './run-comparisons.ts';

/** What a command line of the benchmark asks for. */
export type Command =
  | { readonly kind: 'help'; readonly usage: string }
  | { readonly kind: 'compare'; readonly planned: readonly Planned[] };

const listed = comparisons.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n');

const usage = `npm run bench [-- --quick]
npm run bench -- COMMAND [options]
npm run bench -- COMMAND --help

Without a command everything is compared, one after the other; --quick does it in about two minutes.

${listed}
  plot         draws the results
  simulate     what more machines would bring, by a model fitted to the results
  check        whether an event has become dearer than the baseline says`;

/**
 * Reads the command line: a comparison by its name, or all of them.
 *
 * Options without a command that only the rows have mean the rows. @throws UsageError
 */
export const readCommand = async (args: readonly string[]): Promise<Command> => {
  const [first] = args;
  const named = comparisons.find(({ name }) => name === first);
  const wantsHelp = args.includes('--help');
  if (named) return wantsHelp ? { kind: 'help', usage: named.usage } : one(named, args.slice(1));
  if (wantsHelp) return { kind: 'help', usage };
  if (first !== undefined && !first.startsWith('-')) {
    const known = comparisons.map(({ name }) => name).join(', ');
    throw new UsageError(
      `"${first}" is no command of the benchmark: ${known}, plot, simulate, check`,
    );
  }
  const [rows] = comparisons;
  if (rows && args.some((arg) => arg.startsWith('-') && arg !== '--quick')) return one(rows, args);
  return {
    kind: 'compare',
    planned: await Promise.all(comparisons.map((all) => asked(all, args))),
  };
};

const one = async (comparison: Comparison, args: readonly string[]): Promise<Command> => ({
  kind: 'compare',
  planned: [await asked(comparison, args)],
});

const asked = async (comparison: Comparison, args: readonly string[]): Promise<Planned> => ({
  comparison,
  plan: await comparison.plan(args),
});
