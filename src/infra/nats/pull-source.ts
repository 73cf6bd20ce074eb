import type { Msg, NatsConnection } from 'nats';
import type {
  Delivery,
  EventSource,
  InboundMessage,
  RunningSource,
  Settlement,
  Sink,
} from '../pipeline/delivery.ts';
import type { ConsumerDeclaration } from '../pipeline/ports.ts';
import type { AckWriter } from './ack-writer.ts';
import { inboundOf, readReply } from './inbound.ts';
import type { JsApi } from './js-api.ts';
import { type PullFailure, PullLoop } from './pull-loop.ts';
import { type SettleParts, settleOnBroker } from './settle.ts';
import { SettledFloor } from './settled-floor.ts';

export interface PullSourceOptions {
  readonly connection: NatsConnection;
  readonly inboxPrefix: string;
  readonly api: JsApi;
  readonly acks: AckWriter;
  readonly consumer: ConsumerDeclaration;
  /** Makes the consumer again after somebody deleted it; acknowledged as it is declared, or so. */
  readonly ensure: (as?: Pick<ConsumerDeclaration, 'acknowledge'>) => Promise<void>;
  readonly onTrouble: (what: string) => void;
  readonly onPullError?: ((failed: PullFailure) => void) | undefined;
  /** Calls back at each new connection, until told to end. */
  readonly onReconnect: (run: () => void) => () => void;
}

const longestPullMs = 2_000;

/**
 * Deliveries of a durable consumer that all replicas of a service share.
 *
 * Which replica gets an event is the broker's choice; the guard of the commit makes races safe.
 */
export class PullSource implements EventSource {
  readonly #options: PullSourceOptions;
  #healing: Promise<void> | undefined;

  constructor(options: PullSourceOptions) {
    this.#options = options;
  }

  start(sink: Sink): RunningSource {
    const { connection, inboxPrefix, consumer, api } = this.#options;
    const settled = new SettledFloor(api, consumer.stream.name, consumer.durable);
    let isStopping = false;
    const late: Delivery[] = [];
    const loop: PullLoop = new PullLoop({
      connection,
      inboxPrefix,
      stream: consumer.stream.name,
      consumer: consumer.durable,
      room: () => sink.room(),
      // Well within the lease, which what arrives during a stop has to outlast.
      expiresMs: Math.min(longestPullMs, consumer.ackWaitMs / 2),
      onMessage: (message) => {
        const delivery = this.#deliveryOf(message);
        if (isStopping) late.push(delivery);
        else sink.take(delivery);
      },
      onTrouble: (status) => this.#heal(status, loop),
    });
    const ignoreReconnects = this.#options.onReconnect(() => {
      settled.forget();
      loop.reconnected();
    });
    loop.start();
    return {
      refill: () => loop.refill(),
      isPulling: () => !isStopping && loop.isAnswered(),
      settledUpTo: () => settled.upTo(),
      stop: async () => {
        isStopping = true;
        await loop.stop();
        ignoreReconnects();
        // Handed back while a pull was open, they would come straight back, one attempt older.
        for (const delivery of late) delivery.settle({ kind: 'hand-back' });
        this.#options.acks.flush();
      },
      close: async () => {},
    };
  }

  #heal(status: string, loop: PullLoop): void {
    const { ensure, onTrouble, onPullError, consumer } = this.#options;
    onPullError?.({ stream: consumer.stream.name, code: codeOf(status) });
    onTrouble(`pull on ${consumer.stream.name}.${consumer.durable}: ${status}`);
    // Troubles come faster than a broker in trouble answers.
    this.#healing ??= ensure()
      .then(
        () => loop.refill(),
        (error: unknown) => onTrouble(error instanceof Error ? error.message : String(error)),
      )
      .finally(() => {
        this.#healing = undefined;
      });
  }

  #deliveryOf(message: Msg): Delivery {
    const reply = message.reply ?? '';
    const info = readReply(reply);
    return new SharedDelivery(this.#options, inboundOf(message, info), info.delivered, reply);
  }
}

/** Without a code it is no error of the broker's. */
export const codeOf = (status: string): string => /^\d{3}/.exec(status)?.[0] ?? 'none';

/** A class, because two functions a delivery cost more than all of its fields. */
class SharedDelivery implements Delivery {
  readonly message: InboundMessage;
  readonly attempt: number;
  readonly #parts: SettleParts;
  readonly #reply: string;

  constructor(parts: SettleParts, message: InboundMessage, attempt: number, reply: string) {
    this.message = message;
    this.attempt = attempt;
    this.#parts = parts;
    this.#reply = reply;
  }

  extend(): void {
    this.#parts.acks.write(this.#reply, 'progress');
  }

  settle(settlement: Settlement): void {
    settleOnBroker(this.#parts, settlement, this.#reply, this.message);
  }
}
