import { count } from '../../src/cli/terminal/figures.ts';
import type { BenchParts, Comparison } from '../comparison.ts';
import { type Setup, SetupServers } from '../durability/setups.ts';
import { markdownTable } from '../markdown-table.ts';
import { planUsage, readPlanOptions } from '../plan-options.ts';
import { rotated, spreadOf } from '../statistics.ts';
import { runTask } from '../task-process.ts';
import type { CommitFigures, CommitOrder } from './commit-task.ts';

/** So many decisions on their way, on a stream with so many replicas. */
interface Case {
  readonly replicas: 1 | 3;
  readonly inFlight: number;
}

interface MeasuredCase extends Case {
  readonly results: readonly CommitFigures[];
}

const allInFlight = [1, 8, 64, 256, 1_000];
const setups: readonly Setup[] = [
  { name: 'one server', servers: 1, storage: 'file', sync: 'default' },
  { name: 'cluster of 3', servers: 3, storage: 'file', sync: 'default' },
];
const usualRounds = 3;

/** Group commit by how many decisions are on their way. */
export const commits: Comparison = {
  name: 'commits',
  about: 'group commit by the number of decisions on their way, on one server and on three',
  usage: planUsage('commits', usualRounds),
  plan: (args) => {
    const { rounds, quick } = readPlanOptions(args, usualRounds);
    const ms = quick ? 400 : 2_000;
    const inFlights = quick ? [1, 64, 1_000] : allInFlight;
    return {
      seconds: rounds * setups.length * (2 + inFlights.length * (1 + (ms * 4) / 3_000)),
      run: async (parts) => {
        const rows = await measure({ inFlights, rounds, ms }, parts);
        const text = `${rounds} rounds of ${ms} ms each; every decision is the state of a key of its own and a fact\n\n${sayCommits(rows)}`;
        return { figures: { rounds, ms, rows }, text };
      },
    };
  },
};

const measure = async (
  {
    inFlights,
    rounds,
    ms,
  }: { readonly inFlights: readonly number[]; readonly rounds: number; readonly ms: number },
  parts: BenchParts,
): Promise<MeasuredCase[]> => {
  const rows: (Case & { readonly results: CommitFigures[] })[] = setups.flatMap(({ servers }) =>
    inFlights.map((inFlight) => ({ replicas: servers, inFlight, results: [] })),
  );
  for (let round = 0; round < rounds; round++) {
    for (const [index, setup] of rotated(setups, round).entries()) {
      await using servers = await SetupServers.start(parts.binary, setup);
      const own = rows.filter(({ replicas }) => replicas === setup.servers);
      for (const [at, { inFlight, replicas, results }] of rotated(own, round).entries()) {
        const order: CommitOrder = { urls: servers.urls, replicas, inFlight, ms };
        const found = await runTask<CommitFigures>('commits', order, parts);
        results.push(found);
        parts.at((round + (index + (at + 1) / own.length) / setups.length) / rounds);
        parts.note(
          `round ${round + 1}, ${setup.name}, ${inFlight} in flight ${count(found.decisionsPerSecond)}/s`,
        );
      }
    }
  }
  return rows;
};

const sayCommits = (rows: readonly MeasuredCase[]): string =>
  markdownTable([
    ['replicas, in flight', 'decisions/s', 'min-max', 'p50 ms', 'p99 ms', 'a batch', 'client us'],
    ...rows.map(({ replicas, inFlight, results }) => {
      const of = (figure: keyof CommitFigures) => spreadOf(results.map((one) => one[figure]));
      const rate = of('decisionsPerSecond');
      return [
        `R${replicas}, ${count(inFlight)}`,
        count(rate.median),
        `${count(rate.least)}-${count(rate.most)}`,
        of('p50Ms').median.toFixed(1),
        of('p99Ms').median.toFixed(1),
        of('decisionsPerBatch').median.toFixed(1),
        of('clientCpuMicros').median.toFixed(0),
      ];
    }),
  ]);
