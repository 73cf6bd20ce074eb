import type { EventSource, RunningSource, Sink } from '../pipeline/delivery.ts';
import type { Owned } from '../pipeline/ownership.ts';
import { partitionConsumers } from '../pipeline/partition-consumers.ts';
import { sharePartitions } from '../pipeline/share-partitions.ts';
import type { Members } from './members.ts';
import { Moment } from './moment.ts';
import { PartitionSource } from './partition-source.ts';
import { codeOf, type PullSourceOptions } from './pull-source.ts';
import { SettledFloor } from './settled-floor.ts';
import type { Takeover } from './take-over.ts';
import { patienceMs } from './watermark.ts';

export interface OrderedSourceOptions extends PullSourceOptions {
  readonly members: Members;
  readonly onDoubt: (run: () => void) => () => void;
  readonly onTakeover: (takeover: StreamTakeover) => void;
  /** Which partitions this process asks for now. */
  readonly onOwned: (owned: Owned) => void;
}

/** A takeover, and of which stream the partition is. */
export interface StreamTakeover extends Takeover {
  readonly stream: string;
}

/** One partition, whether it is wanted, and what is under way to make it so. */
interface Slot {
  readonly id: string;
  readonly source: PartitionSource;
  readonly floor: SettledFloor;
  isWanted: boolean;
  /** Whose it is, as this process sees it. */
  owner: string | undefined;
  /** Its owner has ended without a word, and the broker still keeps it for that one. */
  isOrphan: boolean;
  settling: Promise<void>;
}

/** A partition is handed over after so long, although something of it still runs: the guard keeps that safe. */
const handOverMs = 500;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Deliveries of a stream's partitions to their owners, each partition in the stream's order.
 *
 * Every replica computes from the living members which partitions are its own, asks for those, and
 * gives up the others. With more replicas than partitions some own nothing and stand by.
 */
export class OrderedSource implements EventSource {
  readonly #options: OrderedSourceOptions;
  #slots: readonly Slot[] = [];
  /** How much may be on its way from each partition that is owned. */
  #share = 0;
  #healing: Promise<void> | undefined;

  constructor(options: OrderedSourceOptions) {
    this.#options = options;
  }

  start(sink: Sink): RunningSource {
    const { members, consumer, onDoubt, onReconnect, onOwned } = this.#options;
    const capacity = sink.room();
    const slots = this.#open(sink);
    this.#slots = slots;
    let isStopping = false;
    let isIn = false;
    let turn = 0;
    const share = (): void => {
      if (!isStopping) this.#divide(capacity, sink);
    };
    const ignoreChanges = members.onChange(share);
    const ignoreDoubts = onDoubt(() => {
      for (const { source } of slots) source.doubt();
    });
    const ignoreReconnects = onReconnect(() => {
      for (const { floor, source } of slots) {
        floor.forget();
        source.reconnected();
      }
    });
    void members.join().then(() => {
      isIn = true;
      share();
    });
    return {
      // Whoever settles refills its own partition; one more in turn, which may have found no room.
      refill: () => slots[turn++ % slots.length]?.source.refill(),
      isPulling: () => !isStopping && isIn && slots.every(({ source }) => source.isAnswered()),
      settledUpTo: (partition) => slots[partition]?.floor.upTo() ?? 0,
      stop: async () => {
        isStopping = true;
        onOwned({ stream: consumer.stream.name, reader: consumer.durable, partitions: [] });
        ignoreChanges();
        ignoreReconnects();
        for (const slot of slots) {
          // What is under way for it must not claim it again.
          slot.isWanted = false;
          slot.source.stop();
        }
      },
      close: async () => {
        await members.leave();
        ignoreDoubts();
        await Promise.all(slots.map(({ source }) => source.giveUp()));
      },
    };
  }

  #open(sink: Sink): Slot[] {
    const { api, consumer, onTakeover, onPullError } = this.#options;
    const stream = consumer.stream.name;
    const moment = new Moment(patienceMs);
    return partitionConsumers(consumer).map(({ partition, durable, filter }) => ({
      id: `${stream}.${partition}`,
      floor: new SettledFloor(api, stream, durable),
      isWanted: false,
      owner: undefined,
      isOrphan: false,
      settling: Promise.resolve(),
      source: new PartitionSource({
        ...this.#options,
        ...{ stream, partition, durable, filter, sink, moment },
        recognises: consumer.recognises,
        ackWaitMs: consumer.ackWaitMs,
        share: () => this.#share,
        onConsumerTrouble: (status) => {
          onPullError?.({ stream, code: codeOf(status) });
          this.#heal(`${stream}.${durable}: ${status}`);
        },
        onTakeover: (takeover) => onTakeover({ ...takeover, stream }),
      }),
    }));
  }

  #divide(capacity: number, sink: Sink): void {
    const slots = this.#slots;
    const { members, consumer, onOwned } = this.#options;
    const owners = sharePartitions(
      slots.map(({ id }) => id),
      members.living(),
    );
    for (const slot of slots) {
      const owner = owners.get(slot.id);
      slot.isWanted = owner === members.self;
      slot.isOrphan = slot.owner !== undefined && members.isGone(slot.owner);
      slot.owner = owner;
      slot.settling = slot.settling.then(() => settleSlot(slot, sink));
    }
    const partitions = slots.filter(isWanted).map(({ source }) => source.partition);
    this.#share = Math.ceil(capacity / Math.max(1, partitions.length));
    onOwned({ stream: consumer.stream.name, reader: consumer.durable, partitions });
  }

  /**
   * How a consumer is acknowledged that this process makes again: as it knew it. Else what it has in
   * hand of a consumer with single acknowledgements might acknowledge more at another one.
   */
  #acknowledge(): 'each' | 'watermark' | undefined {
    const { acknowledge: declared } = this.#options.consumer;
    const known = this.#slots.map(({ source }) => source.acknowledge);
    return known.find((one) => one === 'each') ?? known.find((one) => one) ?? declared;
  }

  #heal(status: string): void {
    const { ensure, onTrouble } = this.#options;
    onTrouble(`pull on ${status}`);
    // Troubles come faster than a broker in trouble answers.
    this.#healing ??= ensure({ acknowledge: this.#acknowledge() })
      .then(
        () => {
          for (const { source } of this.#slots) source.refill();
        },
        (error: unknown) => onTrouble(error instanceof Error ? error.message : String(error)),
      )
      .finally(() => {
        this.#healing = undefined;
      });
  }
}

const isWanted = (slot: Slot): boolean => slot.isWanted;

/** Claims what is wanted; hands over what is not: stop, let what has started end, let go. */
const settleSlot = async (
  { isWanted: wanted, isOrphan, source }: Slot,
  sink: Sink,
): Promise<void> => {
  if (wanted === source.isClaimed) return;
  if (wanted) {
    if (isOrphan) await source.evict();
    return source.claim();
  }
  source.stop();
  await Promise.race([sink.release(source.partition, 'hand-back'), sleep(handOverMs)]);
  await source.giveUp();
};
