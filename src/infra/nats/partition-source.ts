import type { Msg } from 'nats';
import type { Sink } from '../pipeline/delivery.ts';
import type { AckWriter } from './ack-writer.ts';
import { inboundOf, readReply } from './inbound.ts';
import { PartitionHands } from './partition-hands.ts';
import { PullLoop } from './pull-loop.ts';
import { pinOf, readProgress } from './recall.ts';
import { type Hands, recallMissing, type TakeoverOptions, takeOver } from './take-over.ts';

/** How this process came to own a partition, or found again what it had missed of it. */
export interface Takeover {
  readonly partition: number;
  /** What had to be looked for; 0 when nothing was unacknowledged. */
  readonly recalled: number;
  readonly seconds: number;
}

export interface PartitionSourceOptions extends TakeoverOptions {
  readonly partition: number;
  readonly ackWaitMs: number;
  readonly acks: AckWriter;
  readonly sink: Sink;
  /** How many messages may be on their way to this process from this partition. */
  readonly share: () => number;
  readonly onTrouble: (what: string) => void;
  /** The consumer is gone or cannot be reached. */
  readonly onConsumerTrouble: (status: string) => void;
  readonly onTakeover: (takeover: Takeover) => void;
}

/** The one priority group of a partition's consumer. */
export const ownerGroup = 'owner';
/**
 * The broker gives a partition to somebody else when its owner has not pulled for so long: less than
 * the lease, so that what an owner has lost is not delivered to it again.
 */
export const pinMsOf = (ackWaitMs: number): number => Math.min(4_000, ackWaitMs / 2);
/** A takeover that failed begins again. */
const againMs = 500;
/** In how many idle pulls it is looked once whether anything is left unacknowledged. */
const idlesPerLook = 4;

/**
 * One partition: asks to be its owner, and as its owner delivers it in the stream's order.
 *
 * The broker pins the partition's consumer to one client at a time, so what an owner gets is in order
 * and without a gap, except for what somebody got before and has not acknowledged: that would come
 * at any later time. So at a new pin, and whenever a consumer sequence is missing, deliveries are
 * held back until all of that is in hand ({@link takeOver}).
 */
export class PartitionSource {
  readonly #options: PartitionSourceOptions;
  #loop: PullLoop | undefined;
  #pin: string | undefined;
  #isHoldingBack = false;
  /** The consumer sequence that comes next. */
  #next = 0;
  readonly #hands: PartitionHands;
  #expected = 0;
  /** Ends what an earlier takeover has still under way. */
  #round = 0;
  #idles = 0;
  #mayMiss = true;
  /** Somebody else's pin, as it was when last looked at. */
  #othersPin: string | undefined;
  /** A pull was open when it was stopped, which may have been given the pin since. */
  #mayBePinned = false;

  constructor(options: PartitionSourceOptions) {
    this.#options = options;
    this.#hands = new PartitionHands({ ...options, onSettled: () => this.refill() });
  }

  get partition(): number {
    return this.#options.partition;
  }

  get isClaimed(): boolean {
    return this.#loop !== undefined;
  }

  /** Asks for the partition from now on, and owns it as soon as the broker delivers something of it. */
  claim(): void {
    if (this.#loop) return;
    const { connection, inboxPrefix, stream, durable, ackWaitMs, onConsumerTrouble } =
      this.#options;
    this.#mayMiss = true;
    this.#loop = new PullLoop({
      connection,
      inboxPrefix,
      stream,
      consumer: durable,
      room: () => this.#room(),
      claim: () => ({ group: ownerGroup, ...(this.#pin === undefined ? {} : { id: this.#pin }) }),
      expiresMs: Math.floor(pinMsOf(ackWaitMs) / 3),
      onMessage: (message) => this.#receive(message),
      onIdle: () => this.#lookWhenIdle(),
      onPinLost: () => this.#losePin(),
      onTrouble: onConsumerTrouble,
    });
    this.#loop.start();
  }

  /** Asks for no more, and hands back what is held back; what is still on its way the next owner recalls. */
  stop(): void {
    this.#round++;
    this.#mayBePinned = this.#loop !== undefined && this.#pin === undefined;
    this.#loop?.abandon();
    this.#loop = undefined;
    this.#isHoldingBack = false;
    this.#hands.handBack();
  }

  /** Lets the next owner have the partition at once, instead of when the pin times out. */
  async giveUp(): Promise<void> {
    const { api, stream, durable, acks, onTrouble } = this.#options;
    const pin = this.#pin;
    this.#pin = undefined;
    acks.flush();
    try {
      if (pin === undefined && !(await this.#hasStrayPin())) return;
      await api.get(`CONSUMER.UNPIN.${stream}.${durable}`, { group: ownerGroup });
    } catch (error) {
      onTrouble(`unpin ${stream}.${durable}: ${String(error)}`);
    }
  }

  /** True when the pin may have gone to a pull of this process that nobody reads any more. */
  async #hasStrayPin(): Promise<boolean> {
    if (!this.#mayBePinned) return false;
    this.#mayBePinned = false;
    const pinned = pinOf(await readProgress(this.#options));
    return pinned !== undefined && pinned !== this.#othersPin;
  }

  refill(): void {
    this.#loop?.refill();
  }

  /** The connection is new: something may have been lost on the old one. */
  reconnected(): void {
    this.#mayMiss = true;
    this.#loop?.reconnected();
  }

  isAnswered(): boolean {
    return this.#loop?.isAnswered() ?? true;
  }

  #room(): number {
    const { share, sink } = this.#options;
    // What is recalled must come, whatever else there is no room for.
    if (this.#isHoldingBack) return Math.max(share(), this.#expected);
    return Math.min(share(), sink.room());
  }

  #receive(message: Msg): void {
    const reply = message.reply ?? '';
    const info = readReply(reply);
    const isNew = this.#pin === undefined;
    if (isNew) {
      this.#pin = message.headers?.get('Nats-Pin-Id') ?? '';
      this.#options.sink.acquire(this.#options.partition);
    }
    if (isNew || info.consumerSequence !== this.#next) void this.#takeOver(info.consumerSequence);
    this.#next = info.consumerSequence + 1;
    if (this.#hands.renew(info.streamSequence, reply)) return;
    const inbound = inboundOf(message, info);
    const held = { message: inbound, deliveries: info.delivered, isRead: false, reply };
    if (this.#isHoldingBack) this.#hands.holdBack(held);
    else this.#hands.hand(held);
  }

  /** Holds deliveries back until nothing is missing that came before the first of them. */
  async #takeOver(first: number): Promise<void> {
    const round = ++this.#round;
    const beganAt = performance.now();
    this.#isHoldingBack = true;
    this.#expected = 0;
    const hands = this.#handsUntil(() => round !== this.#round);
    for (;;) {
      try {
        const recalled = await takeOver(this.#options, first, hands);
        if (hands.isOver()) return;
        this.#isHoldingBack = false;
        hands.hand(Number.POSITIVE_INFINITY, new Map());
        const seconds = (performance.now() - beganAt) / 1000;
        this.#options.onTakeover({ partition: this.partition, recalled, seconds });
        return;
      } catch (error) {
        this.#options.onTrouble(`take over ${this.#options.durable}: ${String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, againMs));
        if (hands.isOver()) return;
      }
    }
  }

  #handsUntil(isOver: () => boolean): Hands {
    return {
      isOver,
      has: (sequence) => this.#hands.has(sequence),
      hasRoom: () => this.#options.sink.room() > 0,
      expect: (count) => {
        this.#expected = count + 1;
        this.refill();
      },
      hand: (upTo, read) => {
        this.#hands.handInOrder(upTo, read);
        this.refill();
      },
    };
  }

  /** Somebody else is the owner, or nobody: what has not started is dropped without a word. */
  #losePin(): void {
    if (this.#pin === undefined) return;
    this.#pin = undefined;
    this.#round++;
    this.#isHoldingBack = false;
    this.#mayMiss = true;
    this.#hands.forget();
    void this.#options.sink.release(this.#options.partition, 'forget');
  }

  #lookWhenIdle(): void {
    if (!this.#mayMiss && ++this.#idles % idlesPerLook !== 0) return;
    void this.#look().catch((error: unknown) => {
      this.#options.onTrouble(`look after ${this.#options.durable}: ${String(error)}`);
    });
  }

  /**
   * Nothing new comes, so nothing tells that something was delivered to one who died with it, or into
   * a connection that was cut: recalls what is not in hand. What then comes leads to a takeover.
   */
  async #look(): Promise<void> {
    const isOver = () => this.#isHoldingBack || !this.#loop;
    const progress = await readProgress(this.#options);
    if (isOver()) return;
    const pinned = pinOf(progress);
    const isOthers = pinned !== undefined && pinned !== this.#pin;
    this.#othersPin = isOthers ? pinned : undefined;
    const isMissing = progress.num_ack_pending > this.#hands.size;
    // Somebody else's is looked at again when they are gone.
    this.#mayMiss = isOthers || isMissing;
    if (isOthers || !isMissing) return;
    await recallMissing(this.#options, progress, { has: (one) => this.#hands.has(one), isOver });
    this.refill();
  }
}
