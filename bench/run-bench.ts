import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import { versionAt } from '../src/cli/provision/accept.ts';
import { tools } from '../src/cli/provision/tools.ts';
import { type Progress, showProgress } from '../src/cli/terminal/progress.ts';
import { BenchServer } from './bench-server.ts';
import { describeMachine, type Machine, sayMachine } from './machine.ts';
import type { Sample } from './measurement.ts';
import type { BenchOptions } from './options.ts';
import { prepare } from './prepare.ts';
import { processCpuMicros } from './process-cpu.ts';
import { sayLayers, sayRows, sayTable, summarize } from './report.ts';
import { type RowName, rows } from './rows.ts';
import { runRow } from './run-row.ts';
import { rotated } from './statistics.ts';
import { verifyRow } from './verify.ts';

export interface BenchParts {
  /** The nats-server program. */
  readonly binary: string;
  /** Where results are written. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

interface Results {
  readonly samples: Partial<Record<RowName, Sample[]>>;
  readonly layers: string[];
}

/** Runs every row in every round, each on a new server, and says how they compare. */
export const runBench = async (options: BenchOptions, parts: BenchParts): Promise<void> => {
  mkdirSync(parts.folder, { recursive: true });
  const startedAt = new Date().toISOString();
  const machine = describeMachine(await versionAt(parts.binary, tools['nats-server']));
  console.log(
    `${sayMachine(machine)}\none server, file storage, its default sync_interval\n${options.rounds} rounds of ${options.events} events\n`,
  );
  const total = options.rounds * options.rows.length * options.events;
  const progress = showProgress({
    label: 'bench',
    total,
    output: process.stderr,
    notes: process.stdout,
  });
  const results: Results = { samples: {}, layers: [] };
  try {
    for (let round = 0; round < options.rounds; round++) {
      await runRound(round, options, parts, { progress, results });
    }
  } finally {
    progress.stop();
  }
  if (options.profile) console.log(results.layers.join('\n\n'));
  else conclude({ startedAt, machine, options, samples: results.samples }, parts.folder);
};

/** One round: a server of its own, filled once, and every row upon it. */
const runRound = async (
  round: number,
  options: BenchOptions,
  parts: BenchParts,
  { progress, results }: { readonly progress: Progress; readonly results: Results },
): Promise<void> => {
  await using server = await BenchServer.start(parts.binary);
  const { events } = options;
  await prepare(
    server.url,
    events,
    options.rows.map((row) => rows[row]),
  );
  const connection = await connect({ servers: server.url, name: 'bench' });
  const manager = await connection.jetstreamManager();
  let done = round * options.rows.length * events;
  for (const row of rotated(options.rows, round)) {
    await untilIdle(server.pid, parts.signal);
    const profile = options.profile ? join(parts.folder, `${row}.cpuprofile`) : undefined;
    const { url, pid: serverPid } = server;
    const order = { row, url, serverPid, events, profile, settings: options.settings };
    const { sample, layers } = await runRow(order, parts.signal, (count) =>
      progress.show({ done: done + count, events: done + count, waitingFor: undefined }),
    );
    done += events;
    await verifyRow(manager, row, events);
    results.samples[row] = [...(results.samples[row] ?? []), sample];
    if (layers) results.layers.push(sayLayers(row, layers));
    progress.note(`round ${round + 1}: ${row} ${Math.round(sample.eventsPerSecond)}/s`);
  }
  await connection.close();
};

const conclude = (
  result: {
    readonly startedAt: string;
    readonly machine: Machine;
    readonly options: BenchOptions;
    readonly samples: Results['samples'];
  },
  folder: string,
): void => {
  const summaries = summarize(result.samples);
  const path = join(folder, `${result.startedAt.replaceAll(':', '-').slice(0, 19)}.json`);
  writeFileSync(path, `${JSON.stringify({ ...result, summaries }, undefined, 2)}\n`);
  console.log(`\n${sayTable(summaries)}\n\n${sayRows(summaries.map(({ row }) => row))}\n\n${path}`);
};

/** Waits until the server has done what the row before left it, ten seconds at most. */
const untilIdle = async (pid: number, signal: AbortSignal): Promise<void> => {
  const [pauseMs, most] = [250, 40];
  for (let tries = 0; tries < most; tries++) {
    const before = processCpuMicros(pid);
    await sleep(pauseMs, undefined, { signal });
    const after = processCpuMicros(pid);
    if (before === undefined || after === undefined || after - before <= 20_000) return;
  }
};
