import { randomUUID } from 'node:crypto';
import {
  defineStream,
  factSubject,
  placeOf,
  type ServiceStream,
} from '../../src/contracts/streams.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import type { Commit, CommitResult } from '../../src/infra/pipeline/ports.ts';
import { percentile } from '../latency/latencies.ts';
import type { TaskContext } from '../run-task.ts';

/** What is told who commits. */
export interface CommitOrder {
  readonly urls: readonly string[];
  readonly replicas: 1 | 3;
  /** How many decisions are on their way at a time, each of a key of its own. */
  readonly inFlight: number;
  /** How long is measured, after a third of it to warm up. */
  readonly ms: number;
}

/** What committing came to. */
export interface CommitFigures {
  readonly decisionsPerSecond: number;
  /** How long a decision waits for its commit. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How many decisions shared a batch, on average. */
  readonly decisionsPerBatch: number;
  readonly batchP50Ms: number;
  readonly clientCpuMicros: number;
}

const body = JSON.stringify({ text: 'x'.repeat(200) });

/** Commits again and again: the state of a key, guarded by its revision, and a fact. */
export const runCommits = async (
  { urls, replicas, inFlight, ms }: CommitOrder,
  { say }: TaskContext,
): Promise<CommitFigures> => {
  const seen = new Seen(ms);
  await using bus = await NatsBus.connect(
    { name: 'commits', servers: [...urls], replicas, storage: 'file' },
    { onBatch: (batch) => seen.batch(batch) },
  );
  const stream = defineStream('commits');
  await bus.ensure({ streams: [stream], consumers: [] });
  const commits = bus.commits(stream);
  seen.begin();
  const timer = setInterval(() => say(seen.decisions), 500);
  await Promise.all(Array.from({ length: inFlight }, () => commitAgain(commits, stream, seen)));
  clearInterval(timer);
  return seen.figures();
};

const commitAgain = async (commits: Commit, stream: ServiceStream, seen: Seen): Promise<void> => {
  const place = placeOf(stream, randomUUID());
  const subject = factSubject('commits.made', stream, place);
  let revision = 0;
  while (!seen.isOver()) {
    const startedAt = performance.now();
    const state = { place, revision, record: body };
    const result = await commits.commit({ state, messages: [{ subject, headers: {}, body }] });
    revision = revisionOf(result);
    seen.decision(startedAt);
  }
};

const revisionOf = (result: CommitResult): number => {
  if (result.kind === 'committed') return result.revision;
  throw new Error(`a commit is ${result.kind}`);
};

/** What is seen between the warm-up and the end. */
class Seen {
  readonly #ms: number;
  readonly #waits: number[] = [];
  readonly #batches: { readonly decisions: number; readonly seconds: number }[] = [];
  #from = 0;
  #cpu: NodeJS.CpuUsage | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  get decisions(): number {
    return this.#waits.length;
  }

  begin(): void {
    this.#from = performance.now() + this.#ms / 3;
  }

  isOver(): boolean {
    return performance.now() >= this.#from + this.#ms;
  }

  decision(startedAt: number): void {
    const now = performance.now();
    if (!this.#isMeasured(now)) return;
    this.#cpu ??= process.cpuUsage();
    this.#waits.push(now - startedAt);
  }

  batch(batch: { readonly decisions: number; readonly seconds: number }): void {
    if (this.#isMeasured(performance.now())) this.#batches.push(batch);
  }

  figures(): CommitFigures {
    const waits = this.#waits.sort((one, other) => one - other);
    // What a last batch took beyond the end is little, and is counted in.
    const { user, system } = process.cpuUsage(this.#cpu);
    const decided = this.#batches.reduce((sum, { decisions }) => sum + decisions, 0);
    const batchMs = this.#batches.map(({ seconds }) => seconds * 1000).sort((a, b) => a - b);
    return {
      decisionsPerSecond: (waits.length * 1000) / this.#ms,
      p50Ms: percentile(waits, 0.5),
      p99Ms: percentile(waits, 0.99),
      decisionsPerBatch: decided / this.#batches.length,
      batchP50Ms: percentile(batchMs, 0.5),
      clientCpuMicros: (user + system) / waits.length,
    };
  }

  #isMeasured(now: number): boolean {
    return now >= this.#from && now < this.#from + this.#ms;
  }
}
