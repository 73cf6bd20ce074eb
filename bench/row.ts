import type { Measurement } from './measurement.ts';

/** What a row is given to work with, in a process of its own. */
export interface RowRun {
  readonly url: string;
  readonly events: number;
  /** Counts the row's events and measures their middle part. */
  readonly measurement: Measurement;
  /** What the rows with Millrace set in their environment besides its defaults. */
  readonly settings: Readonly<Record<string, string>>;
}

/** One line of the comparison. */
export interface Row<Name extends string = string> {
  readonly title: string;
  /** Which row it is measured against, in the same round. */
  readonly base: Name;
  /** What a reader must know to compare it fairly. */
  readonly does: string;
  /** What it reads or writes: the stream that is looked at when it has ended. */
  readonly stream: 'facts' | 'requests' | 'published';
  /** Resolves when every event is done and said to the server. */
  readonly run: (run: RowRun) => Promise<void>;
}
