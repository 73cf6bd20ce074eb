import { readOptions } from '../../src/cli/terminal/read-options.ts';
import { UsageError } from '../../src/cli/terminal/usage-error.ts';
import type { BenchParts, Comparison, Findings } from '../comparison.ts';
import { readBenchOptions } from '../options.ts';
import { measureRows } from '../rows-comparison.ts';
import { baselinePath, readBaseline, writeBaseline } from './baseline-file.ts';
import { type Baseline, judge, sayVerdict, timesOf } from './judge.ts';

const [rounds, events] = [2, 20_000];

const known = { save: { type: 'boolean', default: false } } as const;

/** Whether an event has become dearer: for continuous integration, which it never fails. */
export const check: Comparison = {
  name: 'check',
  about: `whether an event has become dearer than ${baselinePath} says`,
  usage: `npm run bench -- check [--save]

Measures the rows of ${baselinePath} shortly and warns of those whose CPU time, beside their base's in
the same run, is far above what it was. It never fails because of a figure.

  --save  makes the run the baseline`,
  plan: (args) => {
    const { values, positionals } = readOptions(args, known);
    if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is no option`);
    const baseline = readBaseline();
    return {
      seconds: 20,
      run: (parts) => compare(baseline, parts, values.save ? 'save' : 'judge'),
    };
  },
};

const compare = async (
  baseline: Baseline,
  parts: BenchParts,
  purpose: 'judge' | 'save',
): Promise<Findings> => {
  const rows = Object.keys(baseline.rows).join(',');
  const options = readBenchOptions([
    ...['--rounds', String(rounds), '--events', String(events)],
    ...['--rows', rows],
  ]);
  const { samples } = await measureRows(options, parts);
  if (purpose === 'save') {
    const measured = Object.entries(baseline.rows).map(([row, { base, times }]) => {
      const now = timesOf(samples, row, base) ?? times;
      return [row, { base, times: Math.round(now * 100) / 100 }] as const;
    });
    writeBaseline({ ...baseline, rows: Object.fromEntries(measured) });
  }
  const verdicts = judge(samples, baseline);
  const text = verdicts.map((verdict) => sayVerdict(verdict, baseline)).join('\n');
  return { figures: { samples, verdicts }, text };
};
