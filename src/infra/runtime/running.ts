/** Something that runs until it is told to stop. */
export interface Running {
  /** What keeps it from being ready; empty when it is. */
  notReady(): readonly string[];
  /** Drains: nothing that was begun is lost, nothing more is begun. */
  stop(): Promise<void>;
}
