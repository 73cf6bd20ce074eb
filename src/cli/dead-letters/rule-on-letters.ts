import type { Ruling } from '../../contracts/ruling.ts';
import type { ServiceStream } from '../../contracts/streams.ts';
import { InFlight } from '../replay/in-flight.ts';
import { KeyLanes } from '../replay/key-lanes.ts';
import type { Progress } from '../terminal/progress.ts';
import type { Letter } from './letter.ts';
import type { Ruler } from './ruler.ts';

/** What became of those that were to be ruled on. */
export interface RulingSummary {
  readonly ruled: number;
  /** Somebody else was faster. */
  readonly before: number;
  readonly failed: number;
}

export interface RuleOnLettersOptions {
  readonly action: Ruling['action'];
  readonly letters: AsyncIterable<Letter>;
  readonly rulerOf: (stream: ServiceStream) => Ruler;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** How many are under way at a time; those of one key go one after the other. */
const window = 64;

/** Rules on dead letters, in their order for each key, in constant memory. */
export const ruleOnLetters = async (options: RuleOnLettersOptions): Promise<RulingSummary> => {
  const { letters, progress, signal } = options;
  const counts = { ruled: 0, before: 0, failed: 0 };
  const lanes = new KeyLanes();
  const inFlight = new InFlight(window);
  for await (const letter of letters) {
    while (!inFlight.hasRoom()) await inFlight.change();
    if (signal.aborted) break;
    const lane = `${letter.stream.name} ${letter.key ?? letter.reference}`;
    inFlight.add(lanes.run(lane, [], () => ruleOn(letter, options, counts)));
  }
  await inFlight.none();
  show(progress, counts);
  return counts;
};

type Counts = { -readonly [Name in keyof RulingSummary]: number };

const ruleOn = async (
  letter: Letter,
  { action, rulerOf, progress }: RuleOnLettersOptions,
  counts: Counts,
): Promise<void> => {
  try {
    const result = await rulerOf(letter.stream).rule(action, letter.message);
    if (result.kind === 'ruled') counts.ruled++;
    if (result.kind === 'ruled-before') {
      counts.before++;
      progress.note(`${letter.reference}: ${result.ruling.action} by ${result.ruling.by} before`);
    }
    if (result.kind === 'failed') fail(letter, result.why, progress, counts);
  } catch (error) {
    // The others may have better luck; this one can be tried again.
    fail(letter, error instanceof Error ? error.message : String(error), progress, counts);
  }
  show(progress, counts);
};

const fail = (letter: Letter, why: string, progress: Progress, counts: Counts): void => {
  counts.failed++;
  progress.note(`${letter.reference}: ${why}`);
};

const show = (progress: Progress, { ruled, before, failed }: RulingSummary): void => {
  const done = ruled + before + failed;
  progress.show({ done, events: done });
};
