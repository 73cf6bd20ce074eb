import type { System } from './system.ts';

/** What the program of a row is told besides. */
export interface RowSettings {
  readonly [name: string]: string | number | boolean;
}

/** One line of a comparison: a program upon a system. */
export interface ComparedRow {
  readonly name: string;
  readonly title: string;
  /** What it does for each event. */
  readonly does: string;
  /** What of that is more, less or other than what Millrace does. */
  readonly differs: string;
  /** How many events it works through, as many as take some seconds; without quick ones it is left out of a quick run. */
  readonly events: { readonly usual: number; readonly quick?: number };
  /** The row that its ratios are to. @default the first of the table */
  readonly base?: string;
  readonly system: System;
  /** The module that is run: compiled ones of the benchmark's own, or one beside a peer's packages. */
  readonly program: Program;
  readonly settings: RowSettings;
}

export type Program =
  | { readonly kind: 'own'; readonly path: string }
  /** Copied into the folder where the peer's packages are installed. */
  | { readonly kind: 'peer'; readonly peer: string; readonly path: string };

/** The row that the ratios of a row are to. */
export const baseOf = (row: ComparedRow, rows: readonly ComparedRow[]): string =>
  row.base ?? rows[0]?.name ?? row.name;

/** How many events a row works through in a round. */
export const eventsOf = ({ events: { usual, quick } }: ComparedRow, isQuick: boolean): number =>
  isQuick ? (quick ?? Math.ceil(usual / 4)) : usual;

/** How many times as fast as a row others have to be. */
export interface Target {
  readonly row: string;
  readonly by: readonly string[];
  readonly least: number;
}

/** Rows that are compared with each other in the same rounds. */
export interface Compared {
  readonly name: 'peers' | 'stores';
  /** What is compared, in one sentence without its full stop. */
  readonly about: string;
  readonly rows: readonly ComparedRow[];
  readonly targets: readonly Target[];
}

/** What one row took in one round, per event. */
export interface ComparedSample {
  readonly eventsPerSecond: number;
  readonly clientCpuMicros: number;
  readonly serverCpuMicros: number | null;
  /** Of rows that do one thing after the other: the middle and nearly the worst of the times it took. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
}

/** What is kept of a row: a figure a round, in the order of the rounds. */
export interface ComparedResult {
  readonly name: string;
  readonly title: string;
  readonly does: string;
  readonly differs: string;
  readonly events: number;
  readonly eventsPerSecond: readonly number[];
  readonly base: string;
  /** Events a second compared with the base in the same round. */
  readonly ratios: readonly number[];
  readonly clientCpuMicros: readonly number[];
  readonly serverCpuMicros: readonly (number | null)[];
  readonly latencyP50Ms: readonly (number | null)[];
  readonly latencyP99Ms: readonly (number | null)[];
}

/** A row that was left out, and why. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/** The figures of a whole run. */
export interface ComparedFigures {
  /** Of the peers that took part, and of the systems that they ran upon. */
  readonly versions: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly rows: readonly ComparedResult[];
  readonly leftOut: readonly LeftOut[];
}
