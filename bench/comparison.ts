import type { Machine } from './machine.ts';

/** What a comparison is given to work with. */
export interface BenchParts {
  /** The nats-server program. */
  readonly binary: string;
  /** Where results are written. */
  readonly folder: string;
  readonly machine: Machine;
  readonly signal: AbortSignal;
  /** Says how far it is, from 0 to 1. */
  readonly at: (share: number) => void;
  /** Says a line meanwhile. */
  readonly note: (line: string) => void;
}

/** What was found: figures for the file, text for people. */
export interface Findings {
  readonly figures: object;
  readonly text: string;
  /** The file that they are kept in; those that are drawn must not be replaced by others. @default the comparison's name */
  readonly name?: string;
}

/** A comparison that somebody has asked for, ready to run. */
export interface Plan {
  /** About how long it takes: its share of the progress bar. */
  readonly seconds: number;
  /** What it lacks on this machine; then it is named and skipped. */
  readonly lacks?: string | undefined;
  /** @throws when something does not do what it is measured for, or the signal's reason */
  readonly run: (parts: BenchParts) => Promise<Findings>;
}

/** One part of the benchmark, with a command of its own. */
export interface Comparison {
  /** Its command: `npm run bench -- <name>`; its results are in `<name>.json`. */
  readonly name: string;
  /** What is compared, in one sentence without its full stop. */
  readonly about: string;
  readonly usage: string;
  /** Reads its command line. @throws UsageError */
  readonly plan: (args: readonly string[]) => Plan | Promise<Plan>;
}
