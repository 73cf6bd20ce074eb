import type { Delivery, InboundMessage, Sink } from '../pipeline/delivery.ts';
import type { AckWriter } from './ack-writer.ts';
import { storedInbound } from './inbound.ts';
import type { JsApi } from './js-api.ts';
import { settleOnBroker } from './settle.ts';
import type { ReadMessage } from './take-over.ts';

/** A message in the hands of this process that is not settled. */
export interface Held {
  readonly message: InboundMessage;
  readonly deliveries: number;
  /** It was read from the stream: nobody knows whether it is acknowledged. */
  readonly isRead: boolean;
  /** Acknowledges the last delivery of it. */
  reply: string;
}

export interface PartitionHandsOptions {
  readonly stream: string;
  readonly partition: number;
  readonly sink: Sink;
  readonly acks: AckWriter;
  readonly api: JsApi;
  readonly onTrouble: (what: string) => void;
  /** There may be room again. */
  readonly onSettled: () => void;
}

/** What this process has of one partition: in the lanes, or held back until its turn. */
export class PartitionHands {
  readonly #options: PartitionHandsOptions;
  /** In the lanes and not settled, by stream sequence. */
  readonly #held = new Map<number, Held>();
  readonly #back = new Map<number, Held>();

  constructor(options: PartitionHandsOptions) {
    this.#options = options;
  }

  /** How many are in the lanes. */
  get size(): number {
    return this.#held.size;
  }

  has(sequence: number): boolean {
    return this.#held.has(sequence) || this.#back.has(sequence);
  }

  /** True when it is in the lanes already; what is acknowledged in the end is its last delivery. */
  renew(sequence: number, reply: string): boolean {
    const known = this.#held.get(sequence);
    if (known) known.reply = reply;
    return known !== undefined;
  }

  holdBack(held: Held): void {
    this.#back.set(held.message.sequence, held);
  }

  /** Gives to the lanes what is held back up to a sequence, and what was read and is not in hand, in order. */
  handInOrder(upTo: number, read: ReadonlyMap<number, ReadMessage>): void {
    const some = new Map([...this.#back].filter(([sequence]) => sequence <= upTo));
    for (const sequence of some.keys()) this.#back.delete(sequence);
    for (const [sequence, { message, reply }] of read) {
      const stored = storedInbound(message, this.#options.stream);
      if (!stored || some.has(sequence) || this.#held.has(sequence)) continue;
      some.set(sequence, { message: stored, deliveries: 1, isRead: true, reply });
    }
    for (const [, held] of [...some].sort(([one], [other]) => one - other)) this.hand(held);
  }

  hand(held: Held): void {
    const { message, deliveries, isRead } = held;
    const { sink, partition, acks, onSettled } = this.#options;
    this.#held.set(message.sequence, held);
    const delivery: Delivery = {
      message,
      attempt: deliveries,
      partition,
      isRead,
      extend: () => acks.write(held.reply, 'progress'),
      settle: (settlement) => {
        if (this.#held.get(message.sequence) === held) this.#held.delete(message.sequence);
        settleOnBroker(this.#options, settlement, held.reply, message);
        onSettled();
      },
    };
    sink.take(delivery);
  }

  /** Hands back what is held back; what is in the lanes is theirs to settle. */
  handBack(): void {
    for (const { reply } of this.#back.values()) this.#options.acks.write(reply, 'nak');
    this.forget();
  }

  /** Knows of nothing any more. */
  forget(): void {
    this.#back.clear();
    this.#held.clear();
  }
}
