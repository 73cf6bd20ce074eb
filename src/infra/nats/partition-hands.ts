import type { InboundMessage, Settlement } from '../pipeline/delivery.ts';
import { type Held, HeldDelivery, wasUnacknowledged } from './held-delivery.ts';
import { storedInbound } from './inbound.ts';
import { NumberTable } from './number-table.ts';
import type { PartitionHandsOptions } from './partition-hands-options.ts';
import { ackSubject, type ConsumerProgress, isByWatermark } from './recall.ts';
import { eraseOnBroker, settleOnBroker } from './settle.ts';
import { isStillThere } from './still-there.ts';
import type { ReadMessage } from './take-over.ts';
import { type Floor, Watermark } from './watermark.ts';

/** What this process has of one partition: in the lanes, or held back until its turn. */
export class PartitionHands {
  readonly #options: PartitionHandsOptions;
  /** In the lanes and not settled, or settled and above the watermark, by stream sequence. */
  readonly #held = new NumberTable<Held>();
  readonly #back = new NumberTable<Held>();
  /** Acknowledges, where that holds for all messages before it too. */
  #watermark: Watermark<Held> | undefined;
  /** How the consumer is acknowledged; whether that is known since the last beginning. */
  #acknowledge: 'each' | 'watermark' | undefined;
  #hasLearnt = false;
  /** The last message that was handed on. */
  #last: InboundMessage | undefined;
  /** What was handed on with single acknowledgements may use them. */
  #singles = { isOver: false };
  /** What was handed out before everything was forgotten may still end. */
  #former: Watermark<Held> | undefined;
  /** How often the connection was lost, or new. */
  #doubts = 0;

  constructor(options: PartitionHandsOptions) {
    this.#options = options;
  }

  /** True when it is in hand, or settled as far as this process knows. */
  has(sequence: number): boolean {
    return this.#held.has(sequence) || this.#back.has(sequence) || this.#isPassed(sequence);
  }

  /** How many are in hand between two sequences; of those that certainly were unacknowledged at a number of deliveries. */
  countWithin(above: number, upTo: number, since?: number): number {
    const isCounted = (held: Held): boolean =>
      held.message.sequence > above &&
      held.message.sequence <= upTo &&
      (since === undefined || wasUnacknowledged(held, since));
    return [...this.#held.values(), ...this.#back.values()].filter(isCounted).length;
  }

  /** True when a message is in hand and was certainly unacknowledged at a number of deliveries. */
  isCertain(sequence: number, since: number): boolean {
    const held = this.#held.get(sequence) ?? this.#back.get(sequence);
    return held !== undefined && wasUnacknowledged(held, since);
  }

  /** True when something is unacknowledged that is not in hand. */
  isMissing({ ack_floor, num_ack_pending }: ConsumerProgress): boolean {
    this.#watermark?.repeat(ack_floor);
    if (this.#watermark && ack_floor.stream_seq < this.#watermark.reached) return false;
    return num_ack_pending > this.#held.size;
  }

  /** How the consumer is acknowledged, as last heard. */
  get acknowledge(): 'each' | 'watermark' | undefined {
    return this.#acknowledge;
  }

  /**
   * Learns how the consumer is acknowledged; what is handed on from now is all that is above its floor.
   *
   * @returns false when that has changed, because the consumer was made again: all has to begin anew
   */
  learn(progress: ConsumerProgress): boolean {
    const { ack_floor, delivered } = progress;
    const before = this.#hasLearnt ? this.#acknowledge : undefined;
    this.#acknowledge = isByWatermark(progress) ? 'watermark' : 'each';
    if (this.#acknowledge === 'watermark') {
      // A single acknowledgement would be one of all before it too.
      this.#singles.isOver = true;
      this.#singles = { isOver: false };
    }
    if (before !== undefined && before !== this.#acknowledge) return false;
    this.#hasLearnt = true;
    if (this.#acknowledge === 'each') return true;
    this.#watermark ??= this.#watermarkFrom(ack_floor);
    this.#watermark.countFrom(ack_floor, delivered.consumer_seq);
    return true;
  }

  /** True when it is in the lanes already, or settled; what is acknowledged in the end is its last delivery. */
  renew(sequence: number, reply: string): boolean {
    const known = this.#held.get(sequence);
    if (known) known.reply = reply;
    if (known || !this.#isPassed(sequence)) return known !== undefined;
    // The broker has lost the acknowledgement, or the consumer was made again.
    if (!this.#watermark?.isPaused) this.#options.acks.write(reply, 'ack');
    return true;
  }

  holdBack(held: Held): void {
    this.#back.set(held.message.sequence, held);
  }

  /**
   * Gives to the lanes what is held back up to a sequence, and what was read and is not in hand, in order.
   *
   * @returns false when it could not, because that is not what comes next
   */
  handInOrder(upTo: number, read: ReadonlyMap<number, ReadMessage>): boolean {
    const some = new Map(
      this.#back
        .values()
        .filter(({ message }) => message.sequence <= upTo)
        .map((held) => [held.message.sequence, held]),
    );
    for (const sequence of some.keys()) this.#back.delete(sequence);
    // What is not acknowledged is certain where an acknowledgement holds for all before it.
    const isRead = this.#watermark === undefined;
    for (const [sequence, { message, reply }] of read) {
      const stored = storedInbound(message, this.#options.stream);
      if (!stored || some.has(sequence) || this.has(sequence)) continue;
      const unknown = { deliveries: 1, consumerSequence: undefined };
      some.set(sequence, { ...unknown, message: stored, isRead, reply });
    }
    const sorted = [...some.values()].sort((a, b) => a.message.sequence - b.message.sequence);
    return sorted.every((held) => this.hand(held));
  }

  /**
   * Gives a message to the lanes: the next one of the partition, where a watermark acknowledges.
   *
   * @returns false when it is not the next one, or when nobody knows how to acknowledge it
   */
  hand(held: Held): boolean {
    const { message } = held;
    const { sink, partition, acks } = this.#options;
    const [watermark, singles] = [this.#watermark, this.#singles];
    if (!this.#hasLearnt || watermark?.add(held) === false) return false;
    this.#held.set(message.sequence, held);
    this.#last = message;
    sink.take(
      new HeldDelivery(held, partition, acks, (settlement) =>
        this.#settle(held, settlement, watermark ?? singles),
      ),
    );
    return true;
  }

  /** Hands back what is held back; what is in the lanes is theirs to settle. */
  handBack(): void {
    for (const { reply } of this.#back.values()) this.#options.acks.write(reply, 'nak');
    this.forget();
  }

  /** Knows of nothing any more; what is in the lanes and ends is still acknowledged. */
  forget(): void {
    this.#back.clear();
    this.#held.clear();
    this.#former = this.#watermark ?? this.#former;
    this.#watermark = undefined;
    this.#last = undefined;
    this.#hasLearnt = false;
  }

  /**
   * What was believed of the partition does not hold; the broker may have given its sequences to other
   * messages. A watermark would acknowledge those too: it says nothing any more.
   */
  distrust(): void {
    this.#former?.end();
    this.#watermark?.end();
  }

  /**
   * The connection is lost, or new: others might have the sequences of what was handed on. Nothing is
   * acknowledged by watermark from now on until {@link isAsBefore} knows.
   */
  doubt(): void {
    this.#doubts++;
    this.#former?.end();
    this.#watermark?.pause();
  }

  /**
   * After a new connection: true when the stream still has what was handed on, or when the next one
   * has to tell.
   */
  async isAsBefore(): Promise<boolean> {
    this.doubt();
    const doubts = this.#doubts;
    const [watermark, last] = [this.#watermark, this.#last];
    if (!watermark) return true;
    const isOver = () => this.#watermark !== watermark || this.#doubts !== doubts;
    const isThere = !last || (await isStillThere(last, { ...this.#options, isOver }));
    if (isThere && this.#doubts === doubts) watermark.resume();
    return isThere || isOver();
  }

  /** Says now what a watermark would say in a moment. */
  flush(): void {
    this.#former?.flush();
    this.#watermark?.flush();
  }

  #isPassed(sequence: number): boolean {
    return this.#watermark !== undefined && sequence <= this.#watermark.reached;
  }

  #settle(
    held: Held,
    settlement: Settlement,
    by: Watermark<Held> | { readonly isOver: boolean },
  ): void {
    const { kind } = settlement;
    const isSettled = kind === 'done' || kind === 'erase';
    if (isSettled && by instanceof Watermark) by.settle(held, kind);
    else if (isSettled && 'isOver' in by && by.isOver) this.#drop(held);
    // What is not erased yet is not acknowledged either: it stays in hand, so that nobody recalls it.
    else
      settleOnBroker(this.#options, settlement, held.reply, held.message, () => this.#drop(held));
    this.#options.onSettled();
  }

  #drop(held: Held): void {
    const { sequence } = held.message;
    if (this.#held.get(sequence) === held) this.#held.delete(sequence);
  }

  #watermarkFrom(floor: Floor): Watermark<Held> {
    const { acks, api, stream, moment, onTrouble } = this.#options;
    return new Watermark(floor, {
      moment,
      acknowledge: (sequence, consumer_seq) =>
        acks.write(
          ackSubject(this.#options, sequence, {
            delivered: { consumer_seq, stream_seq: sequence },
          }),
          'ack',
        ),
      erase: (sequence) => eraseOnBroker(api, stream, sequence),
      onPassed: (held) => this.#drop(held),
      onTrouble,
    });
  }
}
