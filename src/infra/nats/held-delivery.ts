import type { Msg } from 'nats';
import type { Delivery, InboundMessage } from '../pipeline/delivery.ts';
import type { AckWriter } from './ack-writer.ts';
import { type DeliveryInfo, inboundOf, readReply } from './inbound.ts';
import type { Marked } from './watermark.ts';

/** A message in the hands of this process that is not settled. */
export interface Held extends Marked {
  readonly message: InboundMessage;
  readonly deliveries: number;
  /** It was read from the stream: nobody knows whether it is acknowledged. */
  readonly isRead: boolean;
  /** Acknowledges the last delivery of it. */
  reply: string;
}

/** What this process holds when a message is delivered to it. */
export const heldOf = (message: Msg, info: DeliveryInfo): Held => ({
  message: inboundOf(message, info),
  deliveries: info.delivered,
  isRead: false,
  reply: message.reply ?? '',
  consumerSequence: info.delivered === 1 ? info.consumerSequence : undefined,
});

/**
 * True when a held message was certainly unacknowledged at the time when its consumer had made so many
 * deliveries: it was delivered to nobody else, or was delivered since.
 */
export const wasUnacknowledged = ({ deliveries, isRead, reply }: Held, since: number): boolean =>
  !isRead && (deliveries === 1 || readReply(reply).consumerSequence > since);

/**
 * One delivery of a held message.
 *
 * A class, because an object of functions of its own costs more than all of its fields.
 */
export class HeldDelivery implements Delivery {
  readonly message: InboundMessage;
  readonly attempt: number;
  readonly isRead: boolean;
  readonly partition: number;
  readonly settle: Delivery['settle'];
  readonly #held: Held;
  readonly #acks: Pick<AckWriter, 'write'>;

  constructor(
    held: Held,
    partition: number,
    acks: Pick<AckWriter, 'write'>,
    settle: Delivery['settle'],
  ) {
    this.message = held.message;
    this.attempt = held.deliveries;
    this.isRead = held.isRead;
    this.partition = partition;
    this.settle = settle;
    this.#held = held;
    this.#acks = acks;
  }

  extend(): void {
    this.#acks.write(this.#held.reply, 'progress');
  }
}
