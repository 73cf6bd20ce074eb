import { setTimeout as sleep } from 'node:timers/promises';
import { ProductSearch } from '../../src/contracts/product/queries.ts';
import { productStream } from '../../src/contracts/product/stream.ts';
import { placeOf } from '../../src/contracts/streams.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { emptyRecord, recordAfter } from '../../src/infra/pipeline/state-record.ts';
import { BenchServer } from '../bench-server.ts';
import type { BenchParts } from '../comparison.ts';
import { processCpuMicros } from '../process-cpu.ts';
import { residentMiB } from '../process-memory.ts';
import { within } from '../within.ts';
import { WorkerProcess } from '../worker-process.ts';
import { productOf, type Question, questions } from './search-products.ts';

export interface SearchCase {
  readonly products: number;
  /** How many questions of each kind are asked, one after the other. */
  readonly asked: number;
}

/** What a replica of the product service did. */
export interface SearchResult {
  /** From the start of its process until it is ready, which it is when its catalogue is whole. */
  readonly readyMs: number;
  /** The CPU time that its process has used by then; nothing where /proc does not say. */
  readonly readyCpuMs: number | undefined;
  readonly residentMiB: number | undefined;
  readonly asked: Readonly<Record<string, AskedKind>>;
}

/** What the questions of one kind took. */
export interface AskedKind {
  /** From asking to the answer, in their order. */
  readonly tookMs: readonly number[];
  /** The replica's CPU time for each, on average. */
  readonly cpuMs: number | undefined;
}

/** As many states as are written at a time. */
const atOnce = 1_000;

/** Memory is looked at when the garbage of the building is gone. */
const restMs = 2_000;

/** A replica fills its catalogue from a stream that holds so many products, then is asked. */
export const runSearch = async (
  { products, asked }: SearchCase,
  { binary, signal }: Pick<BenchParts, 'binary' | 'signal'>,
): Promise<SearchResult> => {
  await using server = await BenchServer.start(binary);
  const options = { name: 'search', servers: [server.url], replicas: 1, storage: 'file' } as const;
  await using bus = await NatsBus.connect(options);
  await bus.ensure({ streams: [productStream], consumers: [] });
  await fill(bus, products);
  await using worker = await WorkerProcess.start({ service: 'product', url: server.url });
  await within(() => worker.isReady(), {
    ms: 60_000,
    everyMs: 10,
    otherwise: 'the product service is not ready',
    signal,
  });
  const readyMs = performance.now() - worker.startedAt;
  const readyCpuMs = cpuMsOf(worker);
  const kinds = products === 0 ? {} : await askAll(bus, worker, { products, asked });
  await sleep(restMs, undefined, { signal });
  const resident = residentMiB(worker.pid);
  await worker.stop();
  return { readyMs, readyCpuMs, residentMiB: resident, asked: kinds };
};

/** States as the service commits them. */
const fill = async (bus: NatsBus, products: number): Promise<void> => {
  const commits = bus.commits(productStream);
  for (let from = 0; from < products; from += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, products - from) }, (_, n) => from + n);
    const written = await Promise.all(
      numbers.map((number) => {
        const product = productOf(number);
        const { productId: key } = product;
        const cause = { id: `add-${number}`, stream: productStream.name, sequence: number + 1 };
        const record = recordAfter(
          emptyRecord(key, { product }),
          { product },
          {
            ...cause,
            settledUpTo: 0,
          },
        );
        const state = {
          place: placeOf(productStream, key),
          revision: 0,
          record: JSON.stringify(record),
        };
        return commits.commit({ state, messages: [] });
      }),
    );
    if (written.some(({ kind }) => kind !== 'committed')) throw new Error('a state is not stored');
  }
};

const cpuMsOf = ({ pid }: WorkerProcess): number | undefined => {
  const micros = processCpuMicros(pid);
  return micros === undefined ? undefined : micros / 1_000;
};

const askAll = async (
  bus: NatsBus,
  worker: WorkerProcess,
  { products, asked }: SearchCase,
): Promise<Record<string, AskedKind>> => {
  const kinds: Record<string, AskedKind> = {};
  for (const [kind, questionOf] of Object.entries(questions)) {
    const tookMs: number[] = [];
    const before = cpuMsOf(worker);
    for (let n = 0; n < asked; n++) {
      // Spread over all of them; the prime keeps kinds of names from repeating in step.
      tookMs.push(await ask(bus, questionOf((n * 7_919) % products)));
    }
    const after = cpuMsOf(worker);
    const isKnown = before !== undefined && after !== undefined;
    kinds[kind] = { tookMs, cpuMs: isKnown ? (after - before) / asked : undefined };
  }
  return kinds;
};

const ask = async (bus: NatsBus, question: Question): Promise<number> => {
  const from = performance.now();
  await bus.queries.ask(ProductSearch, ProductSearch.question.parse(question));
  return performance.now() - from;
};
