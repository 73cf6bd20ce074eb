import { count } from '../../src/cli/terminal/figures.ts';
import type { BenchParts, Comparison } from '../comparison.ts';
import { markdownTable } from '../markdown-table.ts';
import { spreadOf } from '../statistics.ts';
import { runSearch, type SearchResult } from './run-search.ts';
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
    ['products', 'ready after its start ms', 'most', 'resident MiB'],
    ...(['empty', 'full'] as const).map((which) => {
      const ready = spreadOf(rounds.map((round) => round[which].readyMs));
      const memory = rounds.map((round) => round[which].residentMiB ?? Number.NaN);
      return [
        count(which === 'empty' ? 0 : products),
        ready.median.toFixed(0),
        ready.most.toFixed(0),
        spreadOf(memory).median.toFixed(0),
      ];
    }),
  ])}`;

const sayQuestions = (rounds: readonly Round[]): string => {
  const [first] = rounds;
  const kinds = Object.keys(first?.full.tookMs ?? {});
  const at = (kind: string, share: number): string =>
    spreadOf(rounds.map(({ full }) => quantile(full.tookMs[kind] ?? [], share))).median.toFixed(1);
  return markdownTable([
    ['asked for', 'p50 ms', 'p99 ms', 'most ms'],
    ...[...kinds, all].map((kind) => [
      kind,
      ...(kind === all
        ? [overall(rounds, 0.5), overall(rounds, 0.99), overall(rounds, 1)]
        : [at(kind, 0.5), at(kind, 0.99), at(kind, 1)]),
    ]),
  ]);
};

const all = 'all together';

const overall = (rounds: readonly Round[], share: number): string =>
  spreadOf(
    rounds.map(({ full }) => quantile(Object.values(full.tookMs).flat(), share)),
  ).median.toFixed(1);

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
