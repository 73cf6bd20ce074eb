import type { Comparison } from '../comparison.ts';
import { type Flood, usualFlood } from '../flood/flood.ts';
import { type Case, type MeasuredCase, measureCases } from '../flood/measure-cases.ts';
import type { FloodResult } from '../flood/run-flood.ts';
import { markdownTable } from '../markdown-table.ts';
import { planUsage, readPlanOptions } from '../plan-options.ts';
import { pairedRatios, spreadOf } from '../statistics.ts';

/** Each base runs twice: what it differs by from itself is the noise of the machine. */
const casesOf = (quick: boolean): Case[] =>
  (quick ? (['reaction'] as const) : (['reaction', 'state'] as const)).flatMap((kind) => {
    const events = { reaction: quick ? 30_000 : 300_000, state: 80_000 }[kind];
    const flood: Flood = { ...usualFlood, kind, events };
    const base = `${kind}, nothing shown`;
    const nothing: Flood = { ...flood, shown: 'nothing' };
    const traced: Flood = { ...flood, shown: 'traces' };
    const cases = [
      { name: base, base, flood: nothing },
      { name: `${base}, again`, base, flood: nothing },
      { name: `${kind}, everything`, base, flood: { ...flood, shown: 'everything' as const } },
      {
        name: `${kind}, and traces of 1 in 100`,
        base,
        flood: { ...traced, recordedOneIn: 100 },
      },
      { name: `${kind}, and traces of all`, base, flood: traced },
    ];
    return quick ? cases.filter(({ name }) => name === base || name.endsWith('everything')) : cases;
  });

const usualRounds = 7;

/** What metrics, logs and exemplars cost an event, in processor time of the worker. */
export const observability: Comparison = {
  name: 'observability',
  about: 'what it costs to count, time, show and trace every event, against showing nothing',
  usage: planUsage('observability', usualRounds),
  plan: (args) => {
    const { rounds, quick } = readPlanOptions(args, usualRounds);
    const cases = casesOf(quick);
    return {
      seconds: rounds * cases.length * (quick ? 3 : 12),
      run: async (parts) => {
        const rows = await measureCases(cases, rounds, parts);
        const text = `${rounds} rounds; scraped once a second, every event in a recorded trace\n\n${say(rows)}`;
        return { figures: { rounds, rows }, text };
      },
    };
  },
};

const say = (rows: readonly MeasuredCase[]): string =>
  markdownTable([
    ['what is shown', 'client us', 'x base', 'min-max'],
    ...rows.map(({ name, base, results }) => {
      const bases = rows.find((row) => row.name === base)?.results ?? [];
      const ratio = spreadOf(pairedRatios(results.map(cpuOf), bases.map(cpuOf)));
      return [
        name,
        spreadOf(results.map(cpuOf)).median.toFixed(1),
        ratio.median.toFixed(3),
        `${ratio.least.toFixed(2)}-${ratio.most.toFixed(2)}`,
      ];
    }),
  ]);

const cpuOf = ({ clientCpuMicros }: FloodResult): number => clientCpuMicros;
