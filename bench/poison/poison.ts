import { count } from '../../src/cli/terminal/figures.ts';
import type { Comparison } from '../comparison.ts';
import { type Flood, usualFlood } from '../flood/flood.ts';
import { type Case, type MeasuredCase, measureCases } from '../flood/measure-cases.ts';
import type { FloodResult } from '../flood/run-flood.ts';
import { markdownTable } from '../markdown-table.ts';
import { planUsage, readPlanOptions } from '../plan-options.ts';
import { pairedRatios, spreadOf } from '../statistics.ts';

const keys = 10_000;
const base = 'no key';

/** The base runs twice: what it differs by from itself is the noise of the machine. */
const casesOf = (quick: boolean): Case[] => {
  const events = quick ? 10_000 : 60_000;
  const flood: Flood = { ...usualFlood, kind: 'state', keys, events };
  const rare = { ...flood, poisoned: events / keys };
  const often = { ...flood, poisoned: events / 100 };
  return [
    { name: base, base, flood },
    ...(quick ? [] : [{ name: 'no key, again', base, flood }]),
    { name: 'one key, as many events as others', base, flood: rare },
    ...(quick ? [] : [{ name: 'one key, 1 event in 100', base, flood: often }]),
  ];
};

const usualRounds = 7;

/** What keys cost the others whose events always fail, are tried again, and become dead letters. */
export const poison: Comparison = {
  name: 'poison',
  about: `${count(keys)} keys, and one more whose events always fail`,
  usage: planUsage('poison', usualRounds),
  plan: (args) => {
    const { rounds, quick } = readPlanOptions(args, usualRounds);
    const cases = casesOf(quick);
    return {
      seconds: rounds * cases.length * (quick ? 6 : 13),
      run: async (parts) => {
        const rows = await measureCases(cases, rounds, parts);
        const text = `${rounds} rounds; only events that succeed are counted\n\n${say(rows)}`;
        return { figures: { rounds, rows }, text };
      },
    };
  },
};

const say = (rows: readonly MeasuredCase[]): string =>
  markdownTable([
    ['what fails', 'events/s', 'x base', 'min-max', 'client us', 'x base', 'min-max'],
    ...rows.map(({ name, results }) => {
      const bases = rows[0]?.results ?? [];
      const of = (figure: (result: FloodResult) => number) => {
        const ratio = spreadOf(pairedRatios(results.map(figure), bases.map(figure)));
        return {
          median: spreadOf(results.map(figure)).median,
          ratios: [ratio.median.toFixed(3), `${ratio.least.toFixed(2)}-${ratio.most.toFixed(2)}`],
        };
      };
      const rate = of(({ eventsPerSecond }) => eventsPerSecond);
      const cpu = of(({ clientCpuMicros }) => clientCpuMicros);
      return [name, count(rate.median), ...rate.ratios, cpu.median.toFixed(1), ...cpu.ratios];
    }),
  ]);
