import { resolve } from 'node:path';
import type { BenchParts, Comparison, Findings } from '../comparison.ts';
import type { Compared, ComparedFigures } from './compared.ts';
import { findRows } from './find-rows.ts';
import { type ComparedOptions, comparedUsage, readComparedOptions } from './options.ts';
import { resultsOf, sayCompared } from './report.ts';
import { runRounds } from './run-rounds.ts';

/** About how long a row takes in a usual and in a quick round, its system's start included. */
const secondsARow = { usual: 6, quick: 3 } as const;

/** A comparison with other systems as a part of the benchmark. */
export const systemComparison = (compared: Compared): Comparison => ({
  name: compared.name,
  about: compared.about,
  usage: comparedUsage(compared),
  plan: (args) => {
    const options = readComparedOptions(args, compared);
    return {
      seconds:
        options.rounds * options.rows.length * secondsARow[options.isQuick ? 'quick' : 'usual'],
      run: (parts) => runCompared(compared, options, parts),
    };
  },
});

const runCompared = async (
  compared: Compared,
  options: ComparedOptions,
  parts: BenchParts,
): Promise<Findings> => {
  const peersFolder = resolve('.cache', 'bench-peers');
  const surroundings = { natsServer: parts.binary, peersFolder };
  const { ready, leftOut, versions } = await findRows(options.rows, surroundings);
  for (const { name, why } of leftOut) parts.note(`${name} is left out: ${why}`);
  const { rounds, samples, failed } = await runRounds(ready, options, parts);
  const figures: ComparedFigures = {
    versions,
    rounds,
    rows: resultsOf(compared, options, samples),
    leftOut: [...leftOut, ...failed],
  };
  return { figures, text: `${rounds} rounds\n\n${sayCompared(figures, compared.targets)}` };
};
