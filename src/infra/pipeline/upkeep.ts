import type { ServiceStream } from '../../contracts/streams.ts';

/** A consumer of a stream, whoever's it is, as its leader describes it. */
export interface ConsumerState {
  readonly name: string;
  /** True when it stays although nobody reads from it. */
  readonly isDurable: boolean;
  /** The service that it says it belongs to. */
  readonly service: string | undefined;
  /** What it reads; `>` for everything. */
  readonly filters: readonly string[];
  /**
   * Up to which sequence everything that it reads is settled; where nothing is acknowledged, up to
   * which it is delivered.
   */
  readonly settledUpTo: number;
  readonly deliveredUpTo: number;
  /** How many are delivered and not settled. */
  readonly unacknowledged: number;
}

/** How large a stream is. */
export interface StreamSize {
  readonly bytes: number;
  /** What it may hold at most; nothing when only the broker's own limit holds. */
  readonly limitBytes: number | undefined;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** Where a message lies. */
export interface MessagePlace {
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
}

/**
 * What those need who look after streams as a whole: how large they are, who reads them, and
 * removing what is no longer needed.
 */
export interface Upkeep {
  /** @throws BusUnavailable, BusRefused: as all of these */
  sizeOf(stream: ServiceStream): Promise<StreamSize>;
  /** All consumers of a stream, or none at all: @throws BusUnavailable also while a durable one cannot be asked */
  consumersOf(stream: ServiceStream): Promise<readonly ConsumerState[]>;
  /** How many messages lie under each subject that a filter lets pass. */
  countsOf(stream: ServiceStream, filter: string): Promise<ReadonlyMap<string, number>>;
  /** The first message under a filter from a sequence on, or stored at a time or later. */
  firstOf(
    stream: ServiceStream,
    filter: string,
    from: { readonly sequence: number } | { readonly time: number },
  ): Promise<MessagePlace | undefined>;
  /** Removes what lies under a filter below a sequence; resolves to how many that were. */
  purge(stream: ServiceStream, filter: string, below: number): Promise<number>;
  /**
   * True when this process is the one of all that holds the lease of this name, for so long from now.
   *
   * Another one gets it when the time is over and the holder has not asked again.
   */
  hold(lease: string, forMs: number): Promise<boolean>;
}

/** True when a subject exists that both filters let pass. */
export const overlap = (one: string, other: string): boolean => {
  const ones = one.split('.');
  const others = other.split('.');
  for (let index = 0; ; index++) {
    const [a, b] = [ones[index], others[index]];
    if (a === undefined || b === undefined) return a === b;
    if (a === '>' || b === '>') return true;
    if (a !== '*' && b !== '*' && a !== b) return false;
  }
};
