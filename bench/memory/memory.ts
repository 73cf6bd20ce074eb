import { connect, type JetStreamManager } from 'nats';
import { count, percent } from '../../src/cli/terminal/figures.ts';
import { cartStream } from '../../src/contracts/cart/stream.ts';
import { productStream } from '../../src/contracts/product/stream.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { BenchServer } from '../bench-server.ts';
import type { BenchParts, Comparison } from '../comparison.ts';
import { markdownTable } from '../markdown-table.ts';
import { planUsage, readPlanOptions } from '../plan-options.ts';
import { within } from '../within.ts';
import { WorkerProcess } from '../worker-process.ts';
import { addProducts, cartsDone, fillCarts, patience } from './cart-flood.ts';
import { growth, type MemorySample } from './flatness.ts';

const usualRounds = 1;
const samplesWanted = 20;

/** What a worker has in memory while it works through a flood. */
export const memory: Comparison = {
  name: 'memory',
  about: 'what a cart worker has in memory, from its first event to its last',
  usage: planUsage('memory', usualRounds),
  plan: (args) => {
    const { rounds, quick } = readPlanOptions(args, usualRounds);
    const events = quick ? 15_000 : 1_000_000;
    return {
      seconds: rounds * (5 + events / 5_000),
      run: async (parts) => {
        const runs: MemorySample[][] = [];
        for (let round = 0; round < rounds; round++) {
          const found = await measure(events, parts, (share) => parts.at((round + share) / rounds));
          runs.push(found);
        }
        return { figures: { rounds, events, runs }, text: runs.map(sayMemory).join('\n\n') };
      },
    };
  },
};

/** One run on a server of its own: a stream full of events, then one worker. */
const measure = async (
  events: number,
  { binary, signal }: BenchParts,
  onShare: (share: number) => void,
): Promise<MemorySample[]> => {
  await using server = await BenchServer.start(binary);
  const { url } = server;
  const bus = await NatsBus.connect({
    name: 'memory',
    servers: [url],
    replicas: 1,
    storage: 'file',
  });
  await using _bus = bus;
  await bus.ensure({ streams: [productStream, cartStream], consumers: [] });
  const connection = await connect({ servers: url, name: 'memory-manager' });
  const manager = await connection.jetstreamManager();
  await addProducts(bus, manager, { url, signal });
  await fillCarts(bus, events);
  const probe = new URL('./memory-probe.js', import.meta.url).href;
  const nodeArguments = ['--expose-gc', '--import', probe];
  await using worker = await WorkerProcess.start({ service: 'cart', url, nodeArguments });
  const ready = { ...patience(signal), otherwise: 'the worker is not ready' };
  await within(() => worker.isReady(), ready);
  const samples = await sample(worker, { manager, events, signal, onShare });
  await worker.stop();
  await connection.close();
  return samples;
};

const sample = async (
  worker: WorkerProcess,
  {
    manager,
    events,
    signal,
    onShare,
  }: {
    readonly manager: JetStreamManager;
    readonly events: number;
    readonly signal: AbortSignal;
    readonly onShare: (share: number) => void;
  },
): Promise<MemorySample[]> => {
  const samples: MemorySample[] = [];
  for (let mark = 1; mark <= samplesWanted; mark++) {
    const wanted = (events * mark) / samplesWanted;
    let done = 0;
    const reached = async (): Promise<boolean> => {
      done = await cartsDone(manager, events);
      return done >= wanted;
    };
    const otherwise = `${done} of ${wanted} events were handled`;
    await within(reached, { ...patience(signal), otherwise });
    samples.push({ events: done, ...(await worker.ask<Omit<MemorySample, 'events'>>('memory')) });
    onShare(mark / samplesWanted);
  }
  return samples;
};

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

const sayMemory = (samples: readonly MemorySample[]): string => {
  const shown = samples.filter((_, index) => index % 4 === 3);
  const table = markdownTable([
    ['events', 'heap MiB', 'resident MiB', 'external MiB'],
    ...shown.map(({ events, heapUsed, rss, external }) => [
      count(events),
      mib(heapUsed),
      mib(rss),
      mib(external),
    ]),
  ]);
  const said = (of: 'heapUsed' | 'rss') => percent(growth(samples, of));
  return `${table}\n\nlast quarter against the second: heap ${said('heapUsed')}, resident ${said('rss')} more`;
};
