import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg } from 'nats';
import {
  type GatheringHands,
  type GatheringOptions,
  gatherUnacknowledged,
} from './gather-unacknowledged.ts';
import {
  ackSubject,
  type ConsumerProgress,
  isByWatermark,
  type PartitionOnBroker,
  readProgress,
  readRange,
  recall,
} from './recall.ts';

/** What this process has of a partition while it takes it over. */
export interface Hands extends GatheringHands {
  /** True when a message is in the lanes or held back. */
  has(sequence: number): boolean;
  /** Hears how the consumer is acknowledged, and from where on; this takeover may be over then. */
  learn(progress: ConsumerProgress): void;
  /**
   * Gives to the lanes, in the stream's order, what is held back up to a sequence, and among it these
   * messages, read from the stream, unless they are in hand.
   */
  hand(upTo: number, read: ReadonlyMap<number, ReadMessage>): void;
  /** True when the lanes have room. */
  hasRoom(): boolean;
}

/** A message that was read from the stream, not delivered, and the subject that acknowledges it. */
export interface ReadMessage {
  readonly message: Msg;
  readonly reply: string;
}

/** How this process came to own a partition, or found again what it had missed of it. */
export interface Takeover {
  readonly partition: number;
  /** What had to be looked for; 0 when nothing was unacknowledged. */
  readonly recalled: number;
  readonly seconds: number;
}

export interface TakeoverOptions extends GatheringOptions {
  /** The reader recognises what it has handled before. */
  readonly recognises: boolean;
}

/** How much of what is recalled may be missing when nothing has come for so long. */
const quietMs = 60;
const longestMs = 1_000;
/** How long some hundred messages wait for room in the lanes. */
const roomMs = 500;
/** What is on its way to this process arrives so soon. */
const onItsWayMs = 20;

/**
 * Makes sure that nothing of a partition is missing before what comes first now, and hands it on.
 *
 * Whatever was delivered to anybody and is not acknowledged lies in the stream between the consumer's
 * acknowledged floor and its last delivery. All of that is recalled, which brings what is
 * unacknowledged with its count of deliveries. What does not come in a while is read from the stream,
 * and given to the lanes in its place: where acknowledgements hold for all before them, everything
 * there is unacknowledged; where they are single, it may be acknowledged or the broker may be slow,
 * and a reader that recognises what it has handled need not know which.
 *
 * A reader that recognises nothing, of a consumer with single acknowledgements, waits until what has
 * come is certainly all ({@link gatherUnacknowledged}). Whichever way, order rests on no time.
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
  if (hands.isOver()) return 0;
  hands.learn(progress);
  if (hands.isOver()) return 0;
  if (await hasAll(progress, first, hands)) return 0;
  if (!partition.recognises && !isByWatermark(progress)) {
    return gatherUnacknowledged(partition, progress, hands);
  }
  return recallAndRead(partition, progress, hands);
};

const recallAndRead = async (
  partition: TakeoverOptions,
  progress: ConsumerProgress,
  hands: Hands,
): Promise<number> => {
  let recalled = 0;
  const from = progress.ack_floor.stream_seq + 1;
  for await (const range of readRange(partition, from, progress.delivered.stream_seq)) {
    if (hands.isOver()) break;
    const missing = [...range.keys()].filter((sequence) => !hands.has(sequence));
    recalled += missing.length;
    await waitFor(missing, hands, () => recall(partition, missing, progress));
    await untilRoom(hands);
    if (hands.isOver()) break;
    hands.hand(Math.max(...range.keys()), readMessages(partition, range, progress));
  }
  return recalled;
};

/** Not for long: other partitions take what room there is, and this one holds up all of its keys. */
const untilRoom = async (hands: Hands): Promise<void> => {
  const until = performance.now() + roomMs;
  while (!hands.hasRoom() && !hands.isOver() && performance.now() < until) await sleep(10);
};

/** True when nothing can be missing: all that is unacknowledged is in hand. */
const hasAll = async (progress: ConsumerProgress, first: number, hands: Hands) => {
  const { ack_floor, delivered, num_ack_pending } = progress;
  // Every delivery before the first one to this process is acknowledged.
  const isFirst = ack_floor.consumer_seq + 1 >= first;
  if (!isByWatermark(progress)) return isFirst;
  // The consumer's own count need not be that of its messages; all above the floor is unacknowledged.
  const isAll = () =>
    hands.countWithin(ack_floor.stream_seq, delivered.stream_seq) === num_ack_pending;
  const until = performance.now() + onItsWayMs;
  while (isFirst && !isAll() && !hands.isOver() && performance.now() < until) await sleep(2);
  return isAll();
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
