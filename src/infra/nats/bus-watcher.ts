import type { Owned } from '../pipeline/ownership.ts';
import type { AnsweredBatch } from '../pipeline/tracing.ts';
import type { Refused } from './connection-troubles.ts';
import type { StreamTakeover } from './ordered-source.ts';
import type { PullFailure } from './pull-loop.ts';

/** What a bus tells of itself while it runs. */
export interface BusWatcher {
  readonly onTrouble?: (what: string) => void;
  readonly onReconnect?: () => void;
  /** The broker does not permit something to this process. */
  readonly onRefused?: (refused: Refused) => void;
  /** This process has taken over a partition, or found again what it had missed of one. */
  readonly onTakeover?: (takeover: StreamTakeover) => void;
  /** Which partitions of a stream this process asks for now. */
  readonly onOwned?: (owned: Owned) => void;
  readonly onPullError?: (failed: PullFailure) => void;
  /** How long the broker took to answer a ping; nothing when it does not. */
  readonly onRoundTrip?: (seconds: number | undefined) => void;
  readonly onBatch?: (batch: AnsweredBatch) => void;
  /** The connection is closed for good: the process cannot do its work any more. */
  readonly onClosed?: (why: string) => void;
}
