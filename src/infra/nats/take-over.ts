import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg } from 'nats';
import {
  ackSubject,
  type ConsumerProgress,
  type PartitionOnBroker,
  readProgress,
  readRange,
  recall,
} from './recall.ts';

/** What this process has of a partition while it takes it over. */
export interface Hands {
  /** True when a message is in the lanes or held back. */
  has(sequence: number): boolean;
  /** So many recalled messages may come besides what there is room for. */
  expect(count: number): void;
  /**
   * Gives to the lanes, in the stream's order, what is held back up to a sequence, and among it these
   * messages, read from the stream, unless they are in hand.
   */
  hand(upTo: number, read: ReadonlyMap<number, ReadMessage>): void;
  /** True when the lanes have room. */
  hasRoom(): boolean;
  /** True when this takeover does not matter any more. */
  isOver(): boolean;
}

/** A message that was read from the stream, not delivered, and the subject that acknowledges it. */
export interface ReadMessage {
  readonly message: Msg;
  readonly reply: string;
}

export interface TakeoverOptions extends PartitionOnBroker {
  /** The reader recognises what it has handled before. */
  readonly recognises: boolean;
}

/** How much of what is recalled may be missing when nothing has come for so long. */
const quietMs = 60;
const longestMs = 1_000;

/**
 * Makes sure that nothing of a partition is missing before what comes first now, and hands it on.
 *
 * Whatever was delivered to anybody and is not acknowledged lies in the stream between the consumer's
 * acknowledged floor and its last delivery. All of that is recalled, which brings what is
 * unacknowledged with its count of deliveries. What does not come is acknowledged, or the broker is
 * slow; which of the two cannot be told (neither counts nor the order of redeliveries are to be
 * relied on: docs/decisions/0012-owners-of-partitions.md). So a reader that recognises what it has
 * handled gets the rest too, read from the stream, each in its place. Order then rests on nothing but
 * the stream and the states.
 *
 * @returns how many messages were recalled; 0 when nothing was unacknowledged
 * @throws BusUnavailable, BusRefused
 */
export const takeOver = async (
  partition: TakeoverOptions,
  first: number,
  hands: Hands,
): Promise<number> => {
  const progress = await readProgress(partition);
  // Every delivery before the first one to this process is acknowledged.
  if (progress.ack_floor.consumer_seq + 1 >= first) return 0;
  let recalled = 0;
  const from = progress.ack_floor.stream_seq + 1;
  for await (const range of readRange(partition, from, progress.delivered.stream_seq)) {
    if (hands.isOver()) break;
    const missing = [...range.keys()].filter((sequence) => !hands.has(sequence));
    recalled += missing.length;
    await waitFor(missing, hands, () => recall(partition, missing, progress));
    while (!hands.hasRoom() && !hands.isOver()) await sleep(10);
    if (hands.isOver()) break;
    const rest = partition.recognises ? readMessages(partition, range, progress) : new Map();
    hands.hand(Math.max(...range.keys()), rest);
  }
  return recalled;
};

/** Recalls what may be unacknowledged and is not in hand, and does not wait for it. @throws BusUnavailable, BusRefused */
export const recallMissing = async (
  partition: PartitionOnBroker,
  progress: ConsumerProgress,
  hands: Pick<Hands, 'has' | 'isOver'>,
): Promise<void> => {
  const from = progress.ack_floor.stream_seq + 1;
  for await (const range of readRange(partition, from, progress.delivered.stream_seq)) {
    if (hands.isOver()) return;
    const missing = [...range.keys()].filter((sequence) => !hands.has(sequence));
    recall(partition, missing, progress);
  }
};

/** Waits until all have come, or none for a while. */
const waitFor = async (missing: readonly number[], hands: Hands, ask: () => void) => {
  hands.expect(missing.length);
  ask();
  const beganAt = performance.now();
  let quietSince = beganAt;
  let left = missing;
  while (left.length > 0 && !hands.isOver()) {
    await sleep(2);
    const still = left.filter((sequence) => !hands.has(sequence));
    const now = performance.now();
    if (still.length < left.length) quietSince = now;
    left = still;
    if (now - quietSince > quietMs || now - beganAt > longestMs) return;
  }
};

const readMessages = (
  partition: PartitionOnBroker,
  range: ReadonlyMap<number, Msg>,
  progress: ConsumerProgress,
): Map<number, ReadMessage> =>
  new Map(
    [...range].map(([sequence, message]) => [
      sequence,
      { message, reply: ackSubject(partition, sequence, progress) },
    ]),
  );
