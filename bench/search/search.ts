import { count } from '../../src/cli/terminal/figures.ts';
import type { BenchParts, Comparison } from '../comparison.ts';
import { markdownTable } from '../markdown-table.ts';
import { spreadOf } from '../statistics.ts';
import { type AskedKind, runSearch, type SearchResult } from './run-search.ts';
import { readSearchOptions, type SearchOptions, searchUsage } from './search-options.ts';

interface Round {
  readonly full: SearchResult;
  /** A replica without any product: what the process itself takes. */
  readonly empty: SearchResult;
}

/** How the product service's view holds up with many products. */
export const search: Comparison = {
  name: 'search',
  about: 'a replica of the product service that builds its catalogue, and is asked',
  usage: searchUsage,
  plan: (args) => {
    const options = readSearchOptions(args);
    return {
      seconds: options.rounds * (10 + options.products / 5_000),
      run: async (parts) => {
        const rounds = await measure(options, parts);
        const text = `${sayBuilding(options, rounds)}\n\n${sayQuestions(rounds)}`;
        return { figures: { ...options, rounds }, text };
      },
    };
  },
};

const measure = async (options: SearchOptions, parts: BenchParts): Promise<Round[]> => {
  const rounds: Round[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const empty = await runSearch({ ...options, products: 0 }, parts);
    const full = await runSearch(options, parts);
    rounds.push({ full, empty });
    parts.at((round + 1) / options.rounds);
    parts.note(`round ${round + 1}: ready after ${full.readyMs.toFixed(0)} ms`);
  }
  return rounds;
};

const sayBuilding = (
  { products, rounds: times }: SearchOptions,
  rounds: readonly Round[],
): string =>
  `${times} rounds, medians\n\n${markdownTable([
    ['products', 'ready after its start ms', 'most', 'CPU ms by then', 'resident MiB'],
    ...(['empty', 'full'] as const).map((which) => {
      const of = (figure: (result: SearchResult) => number | undefined) =>
        spreadOf(rounds.map((round) => figure(round[which]) ?? Number.NaN));
      const ready = of(({ readyMs }) => readyMs);
      return [
        count(which === 'empty' ? 0 : products),
        ready.median.toFixed(0),
        ready.most.toFixed(0),
        of(({ readyCpuMs }) => readyCpuMs).median.toFixed(0),
        of(({ residentMiB }) => residentMiB).median.toFixed(0),
      ];
    }),
  ])}`;

/** Of each kind, and of all questions together: medians of the rounds. */
const sayQuestions = (rounds: readonly Round[]): string => {
  const kinds = Object.keys(rounds[0]?.full.asked ?? {});
  const row = (title: string, of: (result: SearchResult) => readonly AskedKind[]): string[] => {
    const at = (share: number): string =>
      spreadOf(
        rounds.map(({ full }) =>
          quantile(
            of(full).flatMap(({ tookMs }) => tookMs),
            share,
          ),
        ),
      ).median.toFixed(1);
    const cpu = rounds.map(({ full }) => mean(of(full).map(({ cpuMs }) => cpuMs ?? Number.NaN)));
    return [title, at(0.5), at(0.99), at(1), spreadOf(cpu).median.toFixed(1)];
  };
  return markdownTable([
    ['asked for', 'p50 ms', 'p99 ms', 'most ms', 'CPU ms each'],
    ...kinds.map((kind) => row(kind, ({ asked }) => (asked[kind] ? [asked[kind]] : []))),
    row('all together', ({ asked }) => Object.values(asked)),
  ]);
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
