import { combined } from './find-scenarios.ts';
import type { FaultOptions } from './options.ts';
import { seeded } from './random.ts';
import { isWrong, type Row, summary, tell } from './report.ts';
import { type RunOptions, runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';

export interface SuiteSurroundings {
  readonly say: (line: string) => void;
  /** There nothing may be skipped. */
  readonly isCi: boolean;
  /** Ends the run; what has come out so far is told. */
  readonly signal: AbortSignal;
}

/** One scenario and the seed that it runs with. */
interface Turn {
  readonly scenario: Scenario;
  readonly seed: number;
}

/** Runs what was asked for, one scenario after the other; resolves to the exit code. */
export const runSuite = async (
  options: FaultOptions,
  { say, isCi, signal }: SuiteSurroundings,
): Promise<number> => {
  const startedAt = performance.now();
  say(`seed ${options.seed}`);
  const rows: Row[] = [];
  for (const turn of turnsOf(options)) {
    const note = (text: string): void => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      if (options.verbose) say(`  ${seconds} s  ${turn.scenario.name}: ${text}`);
    };
    const row = await rowOf(turn, options, { note, signal });
    if (signal.aborted) break;
    rows.push(row);
    say(tell(row));
    if (isWrong(row) && !options.keepGoing) break;
  }
  say(`\n${summary(rows)}`);
  const wrong = rows.filter(isWrong).length;
  const skipped = rows.filter(({ kind }) => kind === 'skipped').length;
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  say(
    `\n${rows.length - wrong - skipped} ok, ${wrong} wrong, ${skipped} skipped in ${minutes} min`,
  );
  if (signal.aborted) return 130;
  return wrong > 0 || (isCi && skipped > 0) ? 1 : 0;
};

const rowOf = async (
  { scenario, seed }: Turn,
  { events }: FaultOptions,
  running: Pick<RunOptions, 'note' | 'signal'>,
): Promise<Row> => {
  const { name } = scenario;
  const why = scenario.unavailable?.();
  if (why !== undefined) return { kind: 'skipped', name, why };
  try {
    const load = { ...scenario.load, ...(events === undefined ? {} : { events }) };
    return { kind: 'ran', result: await runScenario({ ...scenario, load }, { seed, ...running }) };
  } catch (error) {
    return { kind: 'broke', name, seed, error };
  }
};

function* turnsOf({ scenarios, seed, times, soakMs }: FaultOptions): Generator<Turn> {
  if (soakMs !== undefined) {
    yield* soak(scenarios, seed, soakMs);
    return;
  }
  for (let time = 0; time < times; time++) {
    for (const scenario of scenarios) yield { scenario, seed: seed + time };
  }
}

/** Two faults at a time that strike different things, until the time is over. */
function* soak(scenarios: readonly Scenario[], seed: number, ms: number): Generator<Turn> {
  const random = seeded(seed);
  const until = performance.now() + ms;
  for (let round = 0; performance.now() < until; round++) {
    const one = random.pick(scenarios);
    const others = scenarios.filter((other) => combined([one, other]) !== undefined);
    const another = others.length > 0 ? random.pick(others) : undefined;
    const scenario = another ? combined([one, another]) : one;
    yield { scenario: scenario ?? one, seed: seed + round };
  }
}
