import type { Comparison } from '../comparison.ts';
import { measureCases, sayCases } from '../flood/measure-cases.ts';
import { planUsage, readPlanOptions } from '../plan-options.ts';
import { growthAxes } from './growth-cases.ts';
import { limitRows, measureLimit, sayLimit } from './limit.ts';

const usualRounds = 2;

/** How cost grows with what a stream holds and who reads it, and where the broker ends. */
export const growth: Comparison = {
  name: 'growth',
  about:
    'how cost grows with messages, keys, states and readers, and what one broker stores at most',
  usage: planUsage('growth', usualRounds),
  plan: (args) => {
    const { rounds, quick } = readPlanOptions(args, usualRounds);
    const cases = growthAxes(quick).flatMap((axis) => axis.cases);
    const limits = limitRows(quick);
    const ms = quick ? 500 : 1_500;
    const limitSeconds = limits.length * (1 + (ms * 4) / 3_000);
    const caseSeconds = cases.length * (quick ? 4 : 8);
    const share = caseSeconds / (caseSeconds + limitSeconds);
    return {
      seconds: rounds * (caseSeconds + limitSeconds),
      run: async (parts) => {
        const at = (done: number): void => parts.at(done * share);
        const rows = await measureCases(cases, rounds, { ...parts, at });
        for (let round = 0; round < rounds; round++) {
          for (const limit of limits) await measureLimit(limit, ms, parts);
          parts.at(share + ((1 - share) * (round + 1)) / rounds);
        }
        const text = `${rounds} rounds; each is compared with the first of its kind\n\n${sayCases(rows)}\n\n${sayLimit(limits)}`;
        return { figures: { rounds, rows, limits }, text };
      },
    };
  },
};
