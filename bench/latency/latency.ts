import { count } from '../../src/cli/terminal/figures.ts';
import type { BenchParts, Comparison, Findings } from '../comparison.ts';
import { markdownTable } from '../markdown-table.ts';
import { planUsage, readPlanOptions } from '../plan-options.ts';
import { pairedRatios, rotated, spreadOf } from '../statistics.ts';
import { curve, shares } from './latencies.ts';
import { latencyEvents } from './latency-events.ts';
import type { LatencyResult } from './latency-reader.ts';
import { runLatency, type Way } from './run-latency.ts';

interface Case {
  readonly way: Way;
  readonly perSecond: number;
}

interface MeasuredCase extends Case {
  readonly results: readonly LatencyResult[];
}

const ways: readonly Way[] = ['callback', 'unordered', 'reaction', 'fact'];
const casesAt = (rates: readonly number[]): Case[] =>
  rates.flatMap((perSecond) => ways.map((way) => ({ way, perSecond })));
const usualRounds = 5;

const does = `- callback: until the callback of the client's own loop runs, which then acknowledges.
- unordered: until the handler of a Millrace worker of a service without order runs.
- reaction: the same with order by key: a durable consumer for each of ${latencyEvents.stream.partitions} partitions.
- fact: until the fact that a Millrace worker committed with the key's state has come to the client's own loop.
Publisher and reader are processes of one machine and read one clock. \`x bare\` compares with \`callback\` at the same rate in the same round.`;

/** How long an event takes at a rate that is no effort. */
export const latency: Comparison = {
  name: 'latency',
  about: 'from publishing to the handler, and to the committed fact, at an even rate',
  usage: planUsage('latency', usualRounds),
  plan: (args) => {
    const { rounds, quick } = readPlanOptions(args, usualRounds);
    const seconds = quick ? 1 : 10;
    const cases = casesAt(quick ? [1_000] : [1_000, 5_000]);
    return {
      seconds: rounds * cases.length * (seconds + 3.5),
      run: async (parts) => {
        const rows = await measure({ cases, rounds, seconds }, parts);
        const text = `${rounds} rounds of ${seconds} s each, of which two fifths warm up\n\n${sayLatencies(rows)}\n\n${does}`;
        return { figures: { rounds, seconds, shares, curve, rows }, text } satisfies Findings;
      },
    };
  },
};

const measure = async (
  {
    cases,
    rounds,
    seconds,
  }: { readonly cases: readonly Case[]; readonly rounds: number; readonly seconds: number },
  parts: BenchParts,
): Promise<MeasuredCase[]> => {
  const results = new Map<Case, LatencyResult[]>(cases.map((one) => [one, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [at, one] of rotated(cases, round).entries()) {
      const events = one.perSecond * seconds;
      const result = await runLatency({ ...one, events }, parts);
      results.get(one)?.push(result);
      parts.at((round + (at + 1) / cases.length) / rounds);
      const said = result.saidMs.map((ms) => ms.toFixed(2)).join(' ');
      parts.note(`round ${round + 1}, ${one.way} at ${count(one.perSecond)}/s: ${said} ms`);
    }
  }
  return cases.map((one) => ({ ...one, results: results.get(one) ?? [] }));
};

/** Medians of the rounds, and how each compares with the bare loop of the same round. */
const sayLatencies = (rows: readonly MeasuredCase[]): string =>
  markdownTable([
    ['case', ...shares.map((share) => `p${share * 100} ms`), 'p50 x bare', 'p99 x bare'],
    ...rows.map(({ way, perSecond, results }) => {
      const bare = rows.find((row) => row.way === 'callback' && row.perSecond === perSecond);
      const at = (of: readonly LatencyResult[], share: (typeof shares)[number]): number[] =>
        of.map(({ saidMs }) => saidMs[shares.indexOf(share)] ?? Number.NaN);
      const times = (share: (typeof shares)[number]): string => {
        const ratio = spreadOf(pairedRatios(at(results, share), at(bare?.results ?? [], share)));
        return `${ratio.median.toFixed(2)} (${ratio.least.toFixed(2)}-${ratio.most.toFixed(2)})`;
      };
      return [
        `${way}, ${count(perSecond)}/s`,
        ...shares.map((share) => spreadOf(at(results, share)).median.toFixed(2)),
        times(0.5),
        times(0.99),
      ];
    }),
  ]);
