/** What is at hand for the systems that are compared. */
export interface Surroundings {
  /** The nats-server program. */
  readonly natsServer: string;
  /** Where the packages of peers are installed. */
  readonly peersFolder: string;
}

/** A system that runs, and is ended by whoever started it. */
export interface RunningSystem extends AsyncDisposable {
  /** How the row's program reaches it. */
  readonly address: string;
  /** Its processes, whose CPU time is the server's; their children count with them. */
  readonly pids: readonly number[];
}

/** Whether this machine has what it takes. */
export type FoundSystem =
  | {
      readonly kind: 'found';
      readonly version: string;
      /** Starts a new one in a folder of its own, with what a row reads already in it. */
      readonly start: (events: number) => Promise<RunningSystem>;
    }
  | {
      readonly kind: 'missing';
      /** What would have to be there. */
      readonly needs: string;
    };

/** Something that rows run upon: a broker or a database. */
export interface System {
  readonly name: string;
  readonly find: (surroundings: Surroundings) => Promise<FoundSystem>;
}
