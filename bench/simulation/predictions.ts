import { z } from 'zod';
import { spreadOf } from '../statistics.ts';
import { fitBatchCost, fitBatchWait } from './fit.ts';
import { eventsPerSecond, type System } from './system.ts';

/** What the simulation says of a case, and what was measured of it. */
export interface Prediction {
  readonly name: string;
  /** `fitted`: its figures were used. `checked`: they were not. */
  readonly use: 'fitted' | 'checked';
  readonly measured: number;
  readonly simulated: number;
}

const machine = z.object({ processors: z.number() });

/** What is needed of `scaling.json`. */
export const scalingResults = z.object({
  machine,
  rows: z.array(
    z.object({
      name: z.string(),
      base: z.string(),
      flood: z.object({
        kind: z.string(),
        processes: z.number(),
        partitions: z.number(),
      }),
      results: z
        .array(
          z.object({
            eventsPerSecond: z.number(),
            clientCpuMicros: z.number(),
            serverCpuMicros: z.number(),
          }),
        )
        .min(1),
    }),
  ),
});

/** What is needed of `commits.json`. */
export const commitResults = z.object({
  machine,
  rows: z.array(
    z.object({
      replicas: z.number(),
      inFlight: z.number(),
      results: z
        .array(z.object({ decisionsPerSecond: z.number(), clientCpuMicros: z.number() }))
        .min(1),
    }),
  ),
});

const median = (values: readonly number[]): number => spreadOf(values).median;

/** Defaults of a worker that matter here. */
const [concurrency, prefetch, largestBatch] = [256, 512, 500];

/**
 * With state, deliveries keep coming while a batch is on its way, so handling and committing overlap.
 * Reactions wait for no batch: what the model calls one is what is delivered at a time.
 */
const shapes = {
  state: { inFlight: concurrency, turn: 32, batch: largestBatch, streamsOf: () => 1 },
  reaction: {
    inFlight: prefetch,
    turn: prefetch,
    batch: 64,
    streamsOf: (partitions: number) => partitions,
  },
} as const;

/** One worker fitted to what was measured of it. @throws RangeError when the results lack it */
export const fitWorker = (
  { machine: { processors }, rows }: z.infer<typeof scalingResults>,
  kind: 'reaction' | 'state',
): System => {
  const one = usualRows(rows, kind).find(({ flood }) => flood.processes === 1);
  if (!one) throw new RangeError(`no results of one process, ${kind}`);
  const { streamsOf, ...shape } = shapes[kind];
  return fitBatchWait(
    {
      processors,
      workers: 1,
      streams: streamsOf(one.flood.partitions),
      ...shape,
      workerMicros: median(one.results.map(({ clientCpuMicros }) => clientCpuMicros)),
      brokerMicros: median(one.results.map(({ serverCpuMicros }) => serverCpuMicros)),
    },
    median(one.results.map((result) => result.eventsPerSecond)),
  );
};

type ScalingRow = z.infer<typeof scalingResults>['rows'][number];

/** Those with as many partitions as the row with which the others are compared. */
const usualRows = (rows: readonly ScalingRow[], kind: string): readonly ScalingRow[] => {
  const own = rows.filter(({ flood }) => flood.kind === kind);
  const usual = own.find(({ name, base }) => name === base)?.flood.partitions;
  return own.filter(({ flood }) => flood.partitions === usual);
};

/** One process is fitted, more of them are checked. */
export const predictScaling = (
  results: z.infer<typeof scalingResults>,
  kind: 'reaction' | 'state',
): Prediction[] => {
  const fitted = fitWorker(results, kind);
  return usualRows(results.rows, kind).map(
    ({ flood: { processes, partitions }, results: own }) => ({
      name: `${kind}, ${processes} process${processes === 1 ? '' : 'es'}`,
      use: processes === 1 ? 'fitted' : 'checked',
      measured: median(own.map((result) => result.eventsPerSecond)),
      simulated: eventsPerSecond({
        ...fitted,
        workers: processes,
        // Every process owns its share of the partitions; the states of all lie in one stream.
        ...(kind === 'reaction' ? { streamsOfWorker: Math.floor(partitions / processes) } : {}),
      }),
    }),
  );
};

/** One decision on its way and 256 are fitted, the others are checked. */
export const predictCommits = (
  { machine: { processors }, rows }: z.infer<typeof commitResults>,
  replicas: number,
): Prediction[] => {
  const points = rows
    .filter((row) => row.replicas === replicas)
    .map(({ inFlight, results }) => ({
      inFlight,
      perSecond: median(results.map(({ decisionsPerSecond }) => decisionsPerSecond)),
      clientMicros: median(results.map(({ clientCpuMicros }) => clientCpuMicros)),
    }));
  const [small, large] = [1, 256].map((wanted) => points.find((one) => one.inFlight === wanted));
  if (!small || !large) return [];
  const { batchMicros, eventMicros } = fitBatchCost(small, large);
  const workerMicros = Math.min(large.clientMicros, eventMicros);
  return points.map(({ inFlight, perSecond }) => ({
    name: `commits, R${replicas}, ${inFlight} in flight`,
    use: inFlight === 1 || inFlight === 256 ? 'fitted' : 'checked',
    measured: perSecond,
    simulated: eventsPerSecond({
      processors,
      workers: 1,
      streams: 1,
      inFlight,
      batch: largestBatch,
      workerMicros,
      brokerMicros: eventMicros - workerMicros,
      batchMicros,
    }),
  }));
};
