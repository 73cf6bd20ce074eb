import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ConsumerProgress,
  type PartitionOnBroker,
  readProgress,
  readRange,
  recall,
} from './recall.ts';

/** What a process has of the partition that it gathers. */
export interface GatheringHands {
  /**
   * How many messages up to a sequence are in hand, and certainly were unacknowledged when the broker
   * had made so many deliveries as `since` says.
   */
  countCertain(upTo: number, since: number): number;
  /** True when a message is one of those. */
  isCertain(sequence: number, since: number): boolean;
  /** How many messages are in hand, between two sequences. */
  countWithin(above: number, upTo: number): number;
  /** So many recalled messages may come besides what there is room for. */
  expect(count: number): void;
  /** True when nobody waits for them any more. */
  isOver(): boolean;
}

export interface GatheringOptions extends PartitionOnBroker {
  readonly onTrouble: (what: string) => void;
}

/** After so long without one more that was missing the broker is asked again; then twice as long. */
const firstPauseMs = 60;
const longestPauseMs = 2_000;

/**
 * Recalls what of a partition may be unacknowledged, until certainly all of it is in hand.
 *
 * The broker says how many messages are unacknowledged, but not which. In hand, and certainly
 * unacknowledged when it was asked, is
 *
 * - what it has delivered to this process and to nobody else, and this process has not settled: nobody
 *   else could acknowledge it;
 * - what it delivers after it was asked, for it delivers nothing that is acknowledged.
 *
 * So when these are as many as it said they are all, however late it delivers and whoever
 * acknowledges in between. An acknowledgement in between makes one of them not come: then it is asked
 * anew, and what was delivered before counts no more (`test/model`, rule `proof`). It always ends,
 * since what is not acknowledged is delivered again when its lease ends, if not before.
 *
 * For consumers with single acknowledgements; others know from their floor alone what is unacknowledged.
 *
 * @returns how many messages were recalled
 * @throws BusUnavailable, BusRefused
 */
export const gatherUnacknowledged = async (
  partition: GatheringOptions,
  progress: ConsumerProgress,
  hands: GatheringHands,
): Promise<number> => {
  const recalled = new Set<number>();
  let asked = progress;
  for (let pauseMs = firstPauseMs; !hands.isOver() && !isAll(asked, hands); ) {
    const uncertain = await listUncertain(partition, asked, hands);
    for (const sequence of uncertain) recalled.add(sequence);
    hands.expect(uncertain.length);
    recall(partition, uncertain, asked);
    if (await haveCome(asked, hands, pauseMs)) break;
    if (pauseMs === longestPauseMs) partition.onTrouble(stillMissing(partition, asked, hands));
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    const now = await readProgress(partition);
    if (hasLost(asked, now, hands)) asked = now;
  }
  return recalled.size;
};

const countIn = ({ delivered }: ConsumerProgress, hands: GatheringHands): number =>
  hands.countCertain(delivered.stream_seq, delivered.consumer_seq);

const isAll = (asked: ConsumerProgress, hands: GatheringHands): boolean =>
  countIn(asked, hands) === asked.num_ack_pending;

/** Something is acknowledged that was not when the broker was asked before: it would be waited for in vain. */
const hasLost = (
  before: ConsumerProgress,
  now: ConsumerProgress,
  hands: GatheringHands,
): boolean => {
  const more = hands.countWithin(before.delivered.stream_seq, now.delivered.stream_seq);
  return now.num_ack_pending < before.num_ack_pending + more;
};

const listUncertain = async (
  partition: PartitionOnBroker,
  { ack_floor, delivered }: ConsumerProgress,
  hands: GatheringHands,
): Promise<number[]> => {
  const uncertain: number[] = [];
  for await (const range of readRange(partition, ack_floor.stream_seq + 1, delivered.stream_seq)) {
    if (hands.isOver()) return [];
    for (const sequence of range.keys()) {
      if (!hands.isCertain(sequence, delivered.consumer_seq)) uncertain.push(sequence);
    }
  }
  return uncertain;
};

/** Waits until all are in hand, or until none has come for a while. */
const haveCome = async (
  asked: ConsumerProgress,
  hands: GatheringHands,
  pauseMs: number,
): Promise<boolean> => {
  let count = countIn(asked, hands);
  for (let quietSince = performance.now(); performance.now() - quietSince < pauseMs; ) {
    if (hands.isOver() || count === asked.num_ack_pending) return true;
    await sleep(2);
    const now = countIn(asked, hands);
    if (now !== count) quietSince = performance.now();
    count = now;
  }
  return isAll(asked, hands);
};

const stillMissing = (
  { durable }: PartitionOnBroker,
  asked: ConsumerProgress,
  hands: GatheringHands,
): string => {
  const missing = asked.num_ack_pending - countIn(asked, hands);
  return `take over ${durable}: ${missing} of ${asked.num_ack_pending} unacknowledged messages have not come again yet`;
};
