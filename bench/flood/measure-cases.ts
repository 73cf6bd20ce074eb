import { count } from '../../src/cli/terminal/figures.ts';
import type { BenchParts } from '../comparison.ts';
import { markdownTable } from '../markdown-table.ts';
import { pairedRatios, rotated, spreadOf } from '../statistics.ts';
import type { Flood } from './flood.ts';
import { type FloodResult, runFlood } from './run-flood.ts';

/** A flood that is compared with another one of the same round. */
export interface Case {
  readonly name: string;
  /** The name of the one that it is compared with. */
  readonly base: string;
  readonly flood: Flood;
}

/** A case and what it came to, once a round. */
export interface MeasuredCase extends Case {
  readonly results: readonly FloodResult[];
}

/** Runs every case in every round, in another order each time. */
export const measureCases = async (
  cases: readonly Case[],
  rounds: number,
  parts: BenchParts,
): Promise<MeasuredCase[]> => {
  const results = new Map<Case, FloodResult[]>(cases.map((one) => [one, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [at, one] of rotated(cases, round).entries()) {
      const result = await runFlood(one.flood, parts);
      results.get(one)?.push(result);
      parts.at((round + (at + 1) / cases.length) / rounds);
      parts.note(`round ${round + 1}, ${one.name} ${count(result.eventsPerSecond)}/s`);
    }
  }
  return cases.map((one) => ({ ...one, results: results.get(one) ?? [] }));
};

/** The cases as a table: medians, and how each compares with its base in the same round. */
export const sayCases = (cases: readonly MeasuredCase[]): string =>
  markdownTable([
    ['case', 'events/s', 'min-max', 'x base', 'min-max', 'client us', 'server us'],
    ...cases.map(({ name, base, results }) => {
      const rates = results.map(({ eventsPerSecond }) => eventsPerSecond);
      const bases = cases.find((one) => one.name === base)?.results ?? [];
      const baseRates = bases.map(({ eventsPerSecond }) => eventsPerSecond);
      const [rate, ratio] = [spreadOf(rates), spreadOf(pairedRatios(rates, baseRates))];
      const server = results.flatMap(({ serverCpuMicros }) => serverCpuMicros ?? []);
      return [
        `${name}${name === base ? ' [base]' : ''}`,
        count(rate.median),
        `${count(rate.least)}-${count(rate.most)}`,
        ratio.median.toFixed(2),
        `${ratio.least.toFixed(2)}-${ratio.most.toFixed(2)}`,
        spreadOf(results.map(({ clientCpuMicros }) => clientCpuMicros)).median.toFixed(1),
        server.length === 0 ? 'n/a' : spreadOf(server).median.toFixed(1),
      ];
    }),
  ]);
