import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { count } from '../../src/cli/terminal/figures.ts';
import { readOptions } from '../../src/cli/terminal/read-options.ts';
import { UsageError } from '../../src/cli/terminal/usage-error.ts';
import { markdownTable } from '../markdown-table.ts';
import {
  commitResults,
  fitWorker,
  type Prediction,
  predictCommits,
  predictScaling,
  scalingResults,
} from './predictions.ts';
import { eventsPerSecond, type System } from './system.ts';

export const simulateUsage = `npm run bench -- simulate [--from FOLDER]

Fits a small model of workers and brokers to some of the results of \`scaling\` and \`commits\`, checks it
against the others, and says what it expects of more machines with a share of the keys each.

  --from FOLDER  where the results are (bench/results)`;

/** What the model says, as tables. @throws UsageError when the results are not there or no results */
export const simulate = (args: readonly string[]): string => {
  const { values, positionals } = readOptions(args, { from: { type: 'string' } } as const);
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is no option`);
  const { from = join('bench', 'results') } = values;
  const scaling = read(join(from, 'scaling.json'), scalingResults);
  const commits = read(join(from, 'commits.json'), commitResults);
  const predictions = [
    ...predictScaling(scaling, 'reaction'),
    ...predictScaling(scaling, 'state'),
    ...predictCommits(commits, 1),
    ...predictCommits(commits, 3),
  ];
  const worker = fitWorker(scaling, 'state');
  return `${sayPredictions(predictions)}\n\n${sayErrors(predictions)}\n\n${sayFitted(worker)}\n\n${sayBeyond(worker)}`;
};

const read = <Result>(path: string, schema: z.ZodType<Result>): Result => {
  if (!existsSync(path)) throw new UsageError(`there is no ${path}: run the comparison first`);
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new UsageError(`${path} is no such result: ${why}`);
  }
};

const errorOf = ({ simulated, measured }: Prediction): number => simulated / measured - 1;

const sayPredictions = (predictions: readonly Prediction[]): string =>
  markdownTable([
    ['case', 'measured/s', 'simulated/s', 'error', 'used for'],
    ...predictions.map((one) => [
      one.name,
      count(one.measured),
      count(one.simulated),
      `${(100 * errorOf(one)).toFixed(0)} %`,
      one.use === 'fitted' ? 'the fit' : 'the check',
    ]),
  ]);

const sayErrors = (predictions: readonly Prediction[]): string => {
  const errors = predictions
    .filter(({ use }) => use === 'checked')
    .map((one) => Math.abs(errorOf(one)));
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return `Error of the ${errors.length} cases that were not fitted: ${(100 * mean).toFixed(0)} % on average, ${(100 * Math.max(...errors)).toFixed(0)} % at most.`;
};

const sayFitted = ({ workerMicros, brokerMicros, batchMicros }: System): string =>
  `A worker with state: ${workerMicros.toFixed(1)} us of its own and ${brokerMicros.toFixed(1)} us of the broker an event, ${(batchMicros / 1000).toFixed(1)} ms a batch besides.`;

/** Machines with four processors, three workers and a broker each. */
const beyond = { processors: 4, workersOfMachine: 3 } as const;

const sayBeyond = (worker: System): string => {
  const rate = (machines: number, streams: number, streamsOfWorker: number): number => {
    const { processors, workersOfMachine } = beyond;
    const workers = workersOfMachine * machines;
    return eventsPerSecond({ ...worker, processors, machines, workers, streams, streamsOfWorker });
  };
  return markdownTable([
    ['machines', 'one stream', 'a stream each, workers on all', 'a stream each, workers on one'],
    ...[1, 2, 4, 8].map((machines) => [
      String(machines),
      count(rate(machines, 1, 1)),
      count(rate(machines, machines, machines)),
      count(rate(machines, machines, 1)),
    ]),
  ]);
};
