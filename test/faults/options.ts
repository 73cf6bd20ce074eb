import { readOptions, wholeNumber } from '../../src/cli/terminal/read-options.ts';
import { UsageError } from '../../src/cli/terminal/usage-error.ts';
import type { Scenario } from './scenario.ts';

/** What a run of the fault suite is asked for. */
export interface FaultOptions {
  readonly scenarios: readonly Scenario[];
  readonly seed: number;
  readonly list: boolean;
  /** Goes on after a scenario in which something is wrong. */
  readonly keepGoing: boolean;
  /** How long faults are picked at random; nothing when the scenarios run once each. */
  readonly soakMs: number | undefined;
  /** How many events each load has, instead of its own number. */
  readonly events: number | undefined;
  /** How often each scenario runs, with seeds one after the other. */
  readonly times: number;
  /** Tells every step. */
  readonly verbose: boolean;
}

export const usage = `npm run faults -- [scenario ...] [--seed N] [--soak TIME] [--times N] [--keep-going]
                [--events N] [--verbose] [--list]

  scenario       a name of --list; two joined by + strike at once. All, when none is named
  --seed N       chooses load and faults; printed, so that a run can be repeated (else by the clock)
  --soak TIME    combines faults at random for so long: 90s, 10m, 2h
  --times N      runs each scenario N times, each time with the next seed (1)
  --keep-going   goes on after a scenario in which something is wrong
  --events N     so many events instead of the scenario's own number
  --verbose      tells every step
  --list         says what there is, and runs nothing`;

const known = {
  seed: { type: 'string' },
  soak: { type: 'string' },
  times: { type: 'string' },
  'keep-going': { type: 'boolean', default: false },
  events: { type: 'string' },
  verbose: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const largestSeed = 2 ** 31 - 1;

/** Reads the command line; nothing when it asks for help. @throws UsageError */
export const readFaultOptions = (
  args: readonly string[],
  find: (names: readonly string[]) => readonly Scenario[],
  now: number,
): FaultOptions | undefined => {
  const { values, positionals } = readOptions(args, known);
  if (values.help) return undefined;
  const seed = { least: 0, most: largestSeed };
  const events = { least: 1, most: 100_000_000 };
  const times = { least: 1, most: 10_000 };
  return {
    scenarios: find(positionals),
    seed: values.seed ? wholeNumber('--seed', values.seed, seed) : now % largestSeed,
    list: values.list,
    keepGoing: values['keep-going'],
    soakMs: values.soak === undefined ? undefined : timeOf(values.soak),
    events: values.events ? wholeNumber('--events', values.events, events) : undefined,
    times: values.times ? wholeNumber('--times', values.times, times) : 1,
    verbose: values.verbose,
  };
};

const units = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

const timeOf = (text: string): number => {
  const found = /^(\d+)([smh])$/.exec(text);
  const ms = Number(found?.[1]) * units[(found?.[2] ?? 's') as keyof typeof units];
  if (ms > 0) return ms;
  throw new UsageError(`--soak is a time such as 90s, 10m or 2h, not "${text}"`);
};
