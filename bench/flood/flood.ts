/** Events that wait in a stream until all workers are there, and are then handled as fast as it goes. */
export interface Flood {
  /**
   * `reaction`: facts and a handler that does nothing. `watermark`: the same, acknowledged by watermark.
   * `state`: each changes its key's state and makes a fact.
   */
  readonly kind: 'reaction' | 'watermark' | 'state';
  /** How many are handled, by all readers together. */
  readonly events: number;
  /** The processes of each reader, which share its partitions. */
  readonly processes: number;
  /** Services that each read all of it. */
  readonly readers: number;
  readonly partitions: number;
  readonly keys: number;
  /** How large the state of a key is, beside a few dozen bytes. */
  readonly stateBytes: number;
  /** How many messages lie in the stream already. */
  readonly before: number;
  /** So many events more, among the others, of one key that always fails; `state` only. */
  readonly poisoned: number;
  /**
   * How much the workers show of themselves. `usual`: as their settings are, but nobody asks.
   * `everything`: they are scraped once a second, in OpenMetrics, and every event comes with a trace.
   * `traces`: besides, they record their part of those traces and send it to a collector.
   * `nothing`: nothing is counted, timed or logged.
   */
  readonly shown: 'usual' | 'everything' | 'traces' | 'nothing';
  /** Of so many events one comes with a trace that somebody records; the others with one that nobody does. */
  readonly recordedOneIn: number;
}

/** One process, the usual partitions, a thousand keys, small states, an empty stream. */
export const usualFlood: Flood = {
  kind: 'reaction',
  events: 200_000,
  processes: 1,
  readers: 1,
  partitions: 8,
  keys: 1_000,
  stateBytes: 0,
  before: 0,
  poisoned: 0,
  shown: 'usual',
  recordedOneIn: 1,
};
