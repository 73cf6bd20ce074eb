import type { Pages } from './page.ts';

/** Something that runs until it is told to stop. */
export interface Running {
  /** What keeps it from being ready; empty when it is. */
  notReady(): readonly string[];
  /** What it shows on the health port besides. */
  readonly pages?: Pages;
  /** Drains: nothing that was begun is lost, nothing more is begun. */
  stop(): Promise<void>;
}
