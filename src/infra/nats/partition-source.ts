import type { Msg } from 'nats';
import type { Sink } from '../pipeline/delivery.ts';
import type { AckWriter } from './ack-writer.ts';
import { ownerGroup, pinMsOf } from './consumer-settings.ts';
import { heldOf } from './held-delivery.ts';
import { readReply } from './inbound.ts';
import { LookAfter } from './look-after.ts';
import type { Moment } from './moment.ts';
import { PartitionHands } from './partition-hands.ts';
import { PullLoop } from './pull-loop.ts';
import { pinOf, readProgress, unpin } from './recall.ts';
import { type Hands, type Takeover, type TakeoverOptions, takeOver } from './take-over.ts';

export interface PartitionSourceOptions extends TakeoverOptions {
  readonly partition: number;
  readonly ackWaitMs: number;
  readonly acks: AckWriter;
  readonly moment: Moment;
  readonly sink: Sink;
  /** How many messages may be on their way to this process from this partition. */
  readonly share: () => number;
  /** The consumer is gone or cannot be reached. */
  readonly onConsumerTrouble: (status: string) => void;
  readonly onTakeover: (takeover: Takeover) => void;
}

/** A takeover that failed begins again. */
const again = () => new Promise((resolve) => setTimeout(resolve, 500));

/**
 * One partition: asks to be its owner, and as its owner delivers it in the stream's order.
 *
 * The broker pins the partition's consumer to one client at a time, so what an owner gets is in order
 * and without a gap, except for what somebody got before and has not acknowledged: that would come
 * at any later time. So at a new pin, and whenever a consumer sequence is missing, deliveries are
 * held back until all of that is in hand ({@link takeOver}).
 */
export class PartitionSource {
  readonly partition: number;
  readonly #options: PartitionSourceOptions;
  #loop: PullLoop | undefined;
  #pin: string | undefined;
  /** It knows nothing of the partition: the next delivery is the first one of a new beginning. */
  #isStranger = true;
  #isHoldingBack = false;
  /** The consumer sequence that comes next. */
  #next = 0;
  readonly #hands: PartitionHands;
  #expected = 0;
  /** Ends what an earlier takeover has still under way. */
  #round = 0;
  readonly #look: LookAfter;
  /** A pull was open when it was stopped, which may have been given the pin since. */
  #mayBePinned = false;

  constructor(options: PartitionSourceOptions) {
    this.#options = options;
    this.partition = options.partition;
    this.#hands = new PartitionHands({ ...options, onSettled: () => this.refill() });
    this.#look = new LookAfter({
      ...options,
      hands: this.#hands,
      pin: () => this.#pin,
      isOver: () => this.#isHoldingBack || !this.#loop,
      onRecalled: () => this.refill(),
    });
  }

  /** How it is acknowledged, as far as this process knows. */
  get acknowledge(): 'each' | 'watermark' | undefined {
    return this.#hands.acknowledge;
  }

  get isClaimed(): boolean {
    return this.#loop !== undefined;
  }

  /** Asks for the partition from now on, and owns it as soon as the broker delivers something of it. */
  claim(): void {
    if (this.#loop) return;
    const { connection, inboxPrefix, stream, durable, ackWaitMs } = this.#options;
    this.#look.worry();
    this.#loop = new PullLoop({
      connection,
      inboxPrefix,
      stream,
      consumer: durable,
      room: () => this.#room(),
      claim: () => ({ group: ownerGroup, ...(this.#pin === undefined ? {} : { id: this.#pin }) }),
      expiresMs: Math.floor(pinMsOf(ackWaitMs) / 3),
      onMessage: (message) => this.#receive(message),
      onIdle: () => this.#look.idle(),
      onPinLost: () => this.#losePin(),
      onTrouble: this.#options.onConsumerTrouble,
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
    this.#isStranger = true;
    this.#hands.handBack();
  }

  /** Lets the next owner have the partition at once, instead of when the pin times out. */
  async giveUp(): Promise<void> {
    const pin = this.#pin;
    this.#pin = undefined;
    this.#hands.flush();
    this.#options.acks.flush();
    if (pin !== undefined || (await this.#hasStrayPin())) await this.evict();
  }

  /** Takes the partition from whoever has it. */
  async evict(): Promise<void> {
    const { durable, onTrouble } = this.#options;
    await unpin(this.#options).catch((error) => onTrouble(`unpin ${durable}: ${String(error)}`));
  }

  /** True when the pin may have gone to a pull of this process that nobody reads any more. */
  async #hasStrayPin(): Promise<boolean> {
    if (!this.#mayBePinned) return false;
    this.#mayBePinned = false;
    const pinned = await readProgress(this.#options).then(pinOf, () => undefined);
    return pinned !== undefined && pinned !== this.#look.othersPin;
  }

  refill(): void {
    this.#loop?.refill();
  }

  /** The connection is lost, or new: what is believed of the partition may not hold any more. */
  doubt(): void {
    this.#hands.doubt();
  }

  /** The connection is new: something may have been lost on the old one. */
  reconnected(): void {
    this.#look.worry();
    void this.#hands.isAsBefore().then((isSo) => isSo || this.#startOver());
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
    const isNew = this.#isStranger;
    if (isNew) {
      this.#isStranger = false;
      this.#pin = message.headers?.get('Nats-Pin-Id') ?? '';
      this.#options.sink.acquire(this.#options.partition);
    }
    if (isNew || info.consumerSequence !== this.#next) void this.#takeOver(info.consumerSequence);
    this.#next = info.consumerSequence + 1;
    if (this.#hands.renew(info.streamSequence, reply)) return;
    const held = heldOf(message, info);
    if (this.#isHoldingBack) this.#hands.holdBack(held);
    else if (!this.#hands.hand(held)) this.#startOver();
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
        if (hands.isOver()) return;
        const seconds = (performance.now() - beganAt) / 1000;
        this.#options.onTakeover({ partition: this.partition, recalled, seconds });
        return;
      } catch (error) {
        this.#options.onTrouble(`take over ${this.#options.durable}: ${String(error)}`);
        await again();
        if (hands.isOver()) return;
      }
    }
  }

  #handsUntil(isOver: () => boolean): Hands {
    return {
      isOver,
      has: (one) => this.#hands.has(one),
      countWithin: (above, upTo) => this.#hands.countWithin(above, upTo),
      countCertain: (upTo, since) => this.#hands.countWithin(0, upTo, since),
      isCertain: (sequence, since) => this.#hands.isCertain(sequence, since),
      learn: (progress) => {
        if (!this.#hands.learn(progress)) this.#startOver();
      },
      hasRoom: () => this.#options.sink.room() > 0,
      expect: (count) => {
        this.#expected = count + 1;
        this.refill();
      },
      hand: (upTo, read) => {
        if (!this.#hands.handInOrder(upTo, read)) this.#startOver();
        this.refill();
      },
    };
  }

  /** Somebody else is the owner, or nobody. */
  #losePin(): void {
    if (this.#pin === undefined) return;
    this.#pin = undefined;
    this.#forget();
  }

  /** What was believed of the partition does not hold: a message is not the next one, or the consumer another. */
  #startOver(): void {
    this.#options.onTrouble(`${this.#options.durable}: not as it was, taken over anew`);
    this.#hands.distrust();
    this.#forget();
  }

  /** What has not started is dropped without a word: the next delivery, to whomever, is a new beginning. */
  #forget(): void {
    this.#round++;
    this.#isStranger = true;
    this.#isHoldingBack = false;
    this.#look.worry();
    this.#hands.forget();
    void this.#options.sink.release(this.#options.partition, 'forget');
  }
}
