import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import { BenchServer, freePort } from '../bench-server.ts';
import type { BenchParts, Comparison } from '../comparison.ts';
import { markdownTable } from '../markdown-table.ts';
import { planUsage, readPlanOptions } from '../plan-options.ts';
import { residentMiB } from '../process-memory.ts';
import { spreadOf } from '../statistics.ts';
import { within } from '../within.ts';
import { type WorkerOptions, WorkerProcess } from '../worker-process.ts';

type Service = WorkerOptions['service'];

/** One worker of the shop, once a round. */
interface ReadyRow {
  readonly service: Service;
  /** It waited for the broker: from the broker's first answer. */
  readonly afterBrokerMs: number[];
  /** The broker was there, and so were its streams: from the start of the process. */
  readonly fromStartMs: number[];
  readonly idleMiB: number[];
}

const allServices: readonly Service[] = ['user', 'product', 'cart'];
const usualRounds = 3;

/** How soon a worker of the shop is ready, and what it holds when there is nothing to do. */
export const ready: Comparison = {
  name: 'ready',
  about: 'how soon a worker of the shop is ready, and what it holds in memory when idle',
  usage: planUsage('ready', usualRounds),
  plan: (args) => {
    const { rounds, quick } = readPlanOptions(args, usualRounds);
    const idleMs = quick ? 1_500 : 10_000;
    const services: readonly Service[] = quick ? ['cart'] : allServices;
    return {
      seconds: rounds * services.length * (idleMs / 1000 + 4),
      run: async (parts) => {
        const rows = await measure({ services, rounds, idleMs }, parts);
        const text = `${rounds} rounds; idle for ${idleMs / 1000} s\n\n${sayReady(rows)}`;
        return { figures: { rounds, idleMs, rows }, text };
      },
    };
  },
};

const measure = async (
  {
    services,
    rounds,
    idleMs,
  }: { readonly services: readonly Service[]; readonly rounds: number; readonly idleMs: number },
  parts: BenchParts,
): Promise<ReadyRow[]> => {
  const rows: ReadyRow[] = services.map((service) => ({
    service,
    afterBrokerMs: [],
    fromStartMs: [],
    idleMiB: [],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const [at, row] of rows.entries()) {
      await measureOne(row, idleMs, parts);
      parts.at((round + (at + 1) / rows.length) / rounds);
      parts.note(`round ${round + 1}, ${row.service} ${row.fromStartMs.at(-1)?.toFixed(0)} ms`);
    }
  }
  return rows;
};

/** A worker that is there before its broker, then one that comes later. */
const measureOne = async (row: ReadyRow, idleMs: number, parts: BenchParts): Promise<void> => {
  const port = await freePort();
  const url = `nats://127.0.0.1:${port}`;
  await using waiting = await WorkerProcess.start({ service: row.service, url });
  await sleep(1_000, undefined, { signal: parts.signal });
  await using _server = await BenchServer.start(parts.binary, { port });
  await answers(url, parts.signal);
  const answeredAt = performance.now();
  await isReady(waiting, parts.signal);
  row.afterBrokerMs.push(performance.now() - answeredAt);
  await waiting.stop();

  await using worker = await WorkerProcess.start({ service: row.service, url });
  await isReady(worker, parts.signal);
  row.fromStartMs.push(performance.now() - worker.startedAt);
  await sleep(idleMs, undefined, { signal: parts.signal });
  const resident = residentMiB(worker.pid);
  if (resident !== undefined) row.idleMiB.push(resident);
  await worker.stop();
};

const isReady = (worker: WorkerProcess, signal: AbortSignal): Promise<void> =>
  within(() => worker.isReady(), {
    ms: 30_000,
    everyMs: 5,
    otherwise: 'a worker is not ready',
    signal,
  });

/** Resolves when a server takes connections and has streams. */
const answers = (url: string, signal: AbortSignal): Promise<void> =>
  within(
    async () => {
      try {
        const connection = await connect({ servers: url, reconnect: false, timeout: 1_000 });
        const hasStreams = connection.info?.jetstream === true;
        await connection.close();
        return hasStreams;
      } catch {
        return false;
      }
    },
    { ms: 30_000, everyMs: 5, otherwise: 'the broker does not answer', signal },
  );

const sayReady = (rows: readonly ReadyRow[]): string =>
  markdownTable([
    ['worker', 'ready after the broker ms', 'most', 'ready after its start ms', 'most', 'idle MiB'],
    ...rows.map(({ service, afterBrokerMs, fromStartMs, idleMiB }) => [
      service,
      spreadOf(afterBrokerMs).median.toFixed(0),
      spreadOf(afterBrokerMs).most.toFixed(0),
      spreadOf(fromStartMs).median.toFixed(0),
      spreadOf(fromStartMs).most.toFixed(0),
      idleMiB.length === 0 ? 'n/a' : spreadOf(idleMiB).median.toFixed(0),
    ]),
  ]);
