import { count } from '../../src/cli/terminal/figures.ts';
import type { BenchParts, Comparison, Findings } from '../comparison.ts';
import { type Flood, usualFlood } from '../flood/flood.ts';
import { type Case, measureCases, sayCases } from '../flood/measure-cases.ts';
import { planUsage, readPlanOptions } from '../plan-options.ts';

/** One process on all partitions is what the others are compared with. */
const casesOf = (quick: boolean): Case[] => {
  const events = {
    reaction: quick ? 60_000 : 300_000,
    watermark: 300_000,
    state: 60_000,
  };
  const make = (kind: Flood['kind'], change: Partial<Flood>): Flood => ({
    ...usualFlood,
    kind,
    events: events[kind],
    ...change,
  });
  const kinds = quick ? (['reaction'] as const) : (['reaction', 'watermark', 'state'] as const);
  return kinds.flatMap((kind) => {
    const base = `${kind}, 1 process`;
    const processes = (quick || kind === 'watermark' ? [1, 2] : [1, 2, 3]).map((number) => ({
      name: `${kind}, ${number} process${number === 1 ? '' : 'es'}`,
      base,
      flood: make(kind, { processes: number }),
    }));
    const others = kind === 'reaction' ? [1, 4, 16, 32] : [4, 16];
    const partitions = (quick ? [] : others).map((number) => ({
      name: `${kind}, ${number} partition${number === 1 ? '' : 's'}`,
      base,
      flood: make(kind, { partitions: number }),
    }));
    return [...processes, ...partitions];
  });
};

const usualRounds = 3;

/** Worker processes on their own partitions, and one process on more and fewer of them. */
export const scaling: Comparison = {
  name: 'scaling',
  about: `1, 2 and 3 processes on their own of ${count(usualFlood.partitions)} partitions, and one process by their number`,
  usage: planUsage('scaling', usualRounds),
  plan: (args) => {
    const { rounds, quick } = readPlanOptions(args, usualRounds);
    const cases = casesOf(quick);
    return {
      seconds: rounds * cases.length * (quick ? 5 : 9),
      run: async (parts: BenchParts): Promise<Findings> => {
        const rows = await measureCases(cases, rounds, parts);
        return { figures: { rounds, rows }, text: `${rounds} rounds\n\n${sayCases(rows)}` };
      },
    };
  },
};
