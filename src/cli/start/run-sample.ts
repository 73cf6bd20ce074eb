import { randomUUID } from 'node:crypto';
import type { Clock } from '../../infra/pipeline/clock.ts';
import { openInput } from '../replay/open-input.ts';
import { PersistentPublisher } from '../replay/persistent-publisher.ts';
import { Replay, type ReplaySummary } from '../replay/replay.ts';
import { requestReader } from '../replay/run-replay.ts';
import { type Progress, showProgress } from '../terminal/progress.ts';
import type { Figures } from './figures.ts';
import { Ledger } from './ledger.ts';
import { LiveEndings } from './live-endings.ts';
import { RunWatch } from './run-watch.ts';
import { audit, followEndings, settle } from './settle.ts';
import { type Shop, services } from './shop.ts';

/** What became of the sample. */
export interface SampleRun {
  readonly replayed: ReplaySummary;
  readonly ledger: Ledger;
  readonly figures: Figures;
}

/** What the sample is run with. */
export interface SampleOptions {
  readonly shop: Shop;
  readonly file: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told which progress is shown now, so that others can print between. */
  readonly onProgress: (progress: Progress | undefined) => void;
}

/**
 * How many events are open at a time, from their publish to their end.
 *
 * Enough to keep every worker busy; without a bound the times would tell how long the queue is.
 */
const mostOpen = 256;

/** Sends the sample through a shop, and follows every accepted event to its end. */
export const runSample = async (options: SampleOptions): Promise<SampleRun> => {
  const { shop, clock } = options;
  const settled = { bus: shop.bus, services: Object.values(services) };
  const live = new LiveEndings();
  const ledger = new Ledger();
  const followers = await followEndings(settled, (message) => live.take(message));
  const watch = await RunWatch.begin(shop, settled.services, clock);

  const { chunks, size } = await openInput(options.file);
  const sending = { label: 'sample', total: size };
  const replayed = await withProgress(options, sending, (progress) =>
    replaySample(options, { progress, chunks, live, ledger }),
  );
  const settling = { label: 'settle', total: live.accepted };
  await withProgress(options, settling, (progress) =>
    settle({ ...options, ...settled, live, progress }),
  );
  const figures = await watch.end();
  await Promise.all(followers.map((follower) => follower.stop()));
  if (!options.signal.aborted) await audit(settled, ledger);
  return { replayed, ledger, figures };
};

interface Sending {
  readonly progress: Progress;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly live: LiveEndings;
  readonly ledger: Ledger;
}

const replaySample = (
  { shop, clock, signal }: SampleOptions,
  { progress, chunks, live, ledger }: Sending,
): Promise<ReplaySummary> => {
  const run = randomUUID().slice(0, 8);
  return new Replay({
    chunks,
    // Ids that the sample states are this run's own: a second start is more traffic, not a repeat.
    reader: requestReader({ asIs: true, restate: (id) => `${id}-${run}` }),
    publisher: new PersistentPublisher({
      publisher: shop.bus.publisher,
      isConnected: () => shop.bus.isConnected(),
      clock,
      signal,
    }),
    progress,
    clock,
    window: mostOpen,
    signal,
    onPublished: (published) => {
      ledger.accept(published);
      live.accept(published);
    },
    until: (id) => live.until(id),
  }).run();
};

const withProgress = async <Result>(
  { onProgress }: SampleOptions,
  { label, total }: { readonly label: string; readonly total: number | undefined },
  run: (progress: Progress) => Promise<Result>,
): Promise<Result> => {
  const progress = showProgress({ label, total, output: process.stdout, notes: process.stderr });
  onProgress(progress);
  try {
    return await run(progress);
  } finally {
    progress.stop();
    onProgress(undefined);
  }
};
