import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Books } from './checker/books.ts';
import { check, type Report } from './checker/check.ts';
import { observe } from './checker/observation.ts';
import { type Step, writeEvidence } from './evidence.ts';
import { seedOf } from './random.ts';
import type { Scenario } from './scenario.ts';
import { secondNet } from './second-net.ts';
import { isSettled, readStream } from './world/raw-stream.ts';
import { openWorld, type World } from './world/world.ts';

/** What came of a scenario. */
export interface Result {
  readonly name: string;
  readonly seed: number;
  readonly report: Report;
  /** Everything that is wrong, one sentence each; empty when all is well. */
  readonly wrong: readonly string[];
  readonly tookMs: number;
  /** From the end of the faults until everything was settled. */
  readonly settledAfterMs: number;
  /** Where the logs are, when something is wrong. */
  readonly folder: string | undefined;
}

export interface RunOptions {
  readonly seed: number;
  /** Told of every step. */
  readonly note?: (text: string) => void;
  /** Runs as the worker instead of the service itself. */
  readonly program?: string;
  /** How long after the last fault everything must be settled. @default 60000 */
  readonly settleWithinMs?: number;
  /** Ends the run early: everything that was started is ended. */
  readonly signal?: AbortSignal;
}

/** Runs one scenario in a world of its own, lets the checker judge, and cleans up. */
export const runScenario = async (scenario: Scenario, options: RunOptions): Promise<Result> => {
  const { seed, program, signal } = options;
  const startedAt = performance.now();
  const steps: Step[] = [];
  const note = (text: string): void => {
    steps.push({ at: Date.now(), text });
    options.note?.(text);
  };
  const ownSeed = seedOf(seed, scenario.name);
  await using world = await openWorld(scenario, { seed: ownSeed, note, program });
  const { report, wrong, settledAfterMs } = await unlessAborted(
    signal,
    strikeAndJudge(scenario, world, options),
  );
  if (wrong.length === 0) world.forget();
  else await writeEvidence(world, report, steps);
  return {
    name: scenario.name,
    seed,
    report,
    wrong,
    tookMs: performance.now() - startedAt,
    settledAfterMs,
    folder: wrong.length === 0 ? undefined : world.folder,
  };
};

const strikeAndJudge = async (
  scenario: Scenario,
  world: World,
  { settleWithinMs = 60_000 }: RunOptions,
): Promise<Pick<Result, 'report' | 'wrong' | 'settledAfterMs'>> => {
  const { note } = world;
  const lags = monitorEventLoopDelay({ resolution: 10 });
  lags.enable();
  note(`${world.workers.running.length} workers are ready`);
  const loading = world.load.run();
  await scenario.strike(world);
  note('the faults are over');
  await world.heal();
  await loading;
  const healedAt = performance.now();
  note(`${world.load.history.acknowledged} events are acknowledged`);
  lags.disable();
  const report = await judge(world, settleWithinMs);
  return {
    report,
    settledAfterMs: performance.now() - healedAt,
    wrong: [
      ...sentencesOf(report),
      ...stallOf(scenario, report, lags.max / 1e6),
      ...(await world.insist(() => secondNet(world))),
      ...((await scenario.afterwards?.(world, report)) ?? []),
    ],
  };
};

const unlessAborted = <T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('interrupted'));
    signal?.addEventListener('abort', abort, { once: true });
    // The signal outlives the scenario: a run of many would leave a listener for each.
    const settled = work.finally(() => signal?.removeEventListener('abort', abort));
    settled.then(resolve, reject);
  });

/** Reads and judges, again and again until nothing is missing any more or the time is over. */
const judge = async (world: World, withinMs: number): Promise<Report> => {
  const { admin, subject } = world;
  for (const until = performance.now() + withinMs; ; await sleep(500)) {
    const isOver = performance.now() > until;
    const settled = await isSettled(admin, subject).catch(() => false);
    if (!settled && !isOver) continue;
    const report = await world.insist(() => judgeNow(world, !settled));
    // A consumer that is being made again says for a moment that nothing is waiting.
    if (report.counts.lost + report.counts.stuck === 0 || isOver) return report;
  }
};

const judgeNow = async ({ admin, subject, load }: World, isPending: boolean): Promise<Report> => {
  const books = new Books(load.history.keys);
  await readStream(admin, subject.stream, (message) => books.take(observe(message)));
  const isUnordered = subject.ordering === 'none';
  return check({ history: load.history, books, model: subject.model, isPending, isUnordered });
};

const sentencesOf = ({ counts, violations }: Report): string[] =>
  Object.entries(counts).flatMap(([kind, count]) => {
    if (count === 0) return [];
    const examples = violations.filter((one) => one.kind === kind).map(({ text }) => text);
    return [`${kind}: ${count}, among them: ${examples.slice(0, 5).join('; ')}`];
  });

/** A machine that has no time for its own timers has none for the workers either: that is allowed for. */
const stallOf = ({ longestStallMs }: Scenario, report: Report, lagMs: number): string[] =>
  longestStallMs !== undefined && report.longestStallMs > longestStallMs + 2 * lagMs
    ? [
        `${report.stalledKey} stood still for ${Math.round(report.longestStallMs)} ms; at most ` +
          `${longestStallMs} are promised, and the machine itself was late by ${Math.round(lagMs)}`,
      ]
    : [];
