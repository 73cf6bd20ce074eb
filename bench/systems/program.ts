import type { factData, requestData } from '../bench-events.ts';
import type { Measurement } from '../measurement.ts';
import type { RowSettings } from './compared.ts';

/** What the program of a row is given, in a process of its own. */
export interface ProgramRun {
  /** Of the system that it runs upon. */
  readonly address: string;
  readonly events: number;
  /** Counts the row's events and measures their middle part. */
  readonly measurement: Measurement;
  readonly settings: RowSettings;
  /** The data of the event and of the fact of a number, the same for every row. */
  readonly requestData: typeof requestData;
  readonly factData: typeof factData;
}

/**
 * Does what a row is about.
 *
 * Resolves when every event is done and was looked for where its effect ought to be; to the
 * milliseconds that each took where they are done one after the other.
 *
 * @throws when an event is left, or was done twice
 */
export type RunProgram = (run: ProgramRun) => Promise<readonly number[] | undefined>;

/** What is loaded as the program of a row. */
export interface ProgramModule {
  readonly run: RunProgram;
}
