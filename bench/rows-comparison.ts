import { join } from 'node:path';
import { connect, type JetStreamManager } from 'nats';
import { BenchServer } from './bench-server.ts';
import type { BenchParts, Comparison, Findings } from './comparison.ts';
import type { LayerTimes } from './cpu-profile.ts';
import type { Sample } from './measurement.ts';
import { type BenchOptions, readBenchOptions, usage } from './options.ts';
import { prepare } from './prepare.ts';
import { sayLayers, sayRows, sayTable, summarize } from './report.ts';
import type { RowOrder, RowResult } from './row-process.ts';
import { type RowName, rows } from './rows.ts';
import { rotated } from './statistics.ts';
import { runTask } from './task-process.ts';
import { untilIdle } from './until-idle.ts';
import { verifyRow } from './verify.ts';

/** What is known so far: the samples of each row, one a round, or where its time goes. */
interface Results {
  readonly samples: Partial<Record<RowName, Sample[]>>;
  readonly layers: {
    readonly row: RowName;
    readonly layers: LayerTimes;
    readonly observability: number;
  }[];
}

/** The client's own loops and Millrace, for the same events. */
export const rowComparison: Comparison = {
  name: 'rows',
  about: "the client's own loops and Millrace, event for event",
  usage,
  plan: (args) => {
    const options = readBenchOptions(args);
    return {
      seconds: options.rounds * options.rows.length * (1 + options.events / 25_000),
      run: (parts) => runRows(options, parts),
    };
  },
};

/** The rows whose layers the docs show. */
const profiled = 'callback-work,reaction,state,publisher';
const profiledQuickly = 'state';

/** Where the time of those rows goes that are not the client's own loops. */
export const profileComparison: Comparison = {
  name: 'profile',
  about: "where the client's time goes, layer by layer",
  usage: `npm run bench -- profile [--quick], the same as rows --profile --rows ${profiled}`,
  plan: (args) =>
    rowComparison.plan([
      ...args,
      '--profile',
      '--rows',
      args.includes('--quick') ? profiledQuickly : profiled,
    ]),
};

/** Runs every row in every round, each round on a new server. */
export const measureRows = async (options: BenchOptions, parts: BenchParts): Promise<Results> => {
  const results: Results = { samples: {}, layers: [] };
  for (let round = 0; round < options.rounds; round++) {
    await runRound(round, options, parts, results);
  }
  return results;
};

/** Measures the rows and says how they compare. */
const runRows = async (options: BenchOptions, parts: BenchParts): Promise<Findings> => {
  const results = await measureRows(options, parts);
  const settings = `${options.rounds} rounds of ${options.events} events; one server, file storage, its default sync_interval`;
  if (options.profile) {
    const tables = results.layers.map(({ row, layers, observability }) =>
      sayLayers(row, layers, observability),
    );
    const text = [settings, ...tables].join('\n\n');
    return { name: 'profile', figures: { options, rows: results.layers }, text };
  }
  const summaries = summarize(results.samples);
  const text = `${settings}\n\n${sayTable(summaries)}\n\n${sayRows(summaries.map(({ row }) => row))}`;
  return { figures: { options, samples: results.samples, summaries }, text };
};

/** One round: a server of its own, filled once, and every row upon it. */
const runRound = async (
  round: number,
  options: BenchOptions,
  parts: BenchParts,
  results: Results,
): Promise<void> => {
  await using server = await BenchServer.start(parts.binary);
  const wanted = options.rows.map((row) => rows[row]);
  await prepare(server.url, options.events, wanted);
  const connection = await connect({ servers: server.url, name: 'bench' });
  const manager = await connection.jetstreamManager();
  for (const [at, row] of rotated(options.rows, round).entries()) {
    await untilIdle(server.pid, parts.signal);
    const {
      sample,
      layers,
      observability = 0,
    } = await runRow(row, { options, parts, server, manager }, (share) =>
      parts.at((round + (at + share) / options.rows.length) / options.rounds),
    );
    results.samples[row] = [...(results.samples[row] ?? []), sample];
    if (layers) results.layers.push({ row, layers, observability });
    parts.note(`round ${round + 1}, ${row} ${Math.round(sample.eventsPerSecond)}/s`);
  }
  await connection.close();
};

/** One row in a process of its own; then the streams are looked at. */
const runRow = async (
  row: RowName,
  {
    options: { events, profile, settings },
    parts: { folder, signal },
    server,
    manager,
  }: {
    readonly options: BenchOptions;
    readonly parts: BenchParts;
    readonly server: BenchServer;
    readonly manager: JetStreamManager;
  },
  onShare: (share: number) => void,
): Promise<RowResult> => {
  const order: RowOrder = {
    row,
    url: server.url,
    serverPid: server.pid,
    events,
    profile: profile ? join(folder, `${row}.cpuprofile`) : undefined,
    settings,
  };
  const onSaid = (count: number) => onShare(count / events);
  const result = await runTask<RowResult, number>('row', order, { signal, onSaid });
  await verifyRow(manager, row, events);
  return result;
};
