import type {
  Delivery,
  EventSource,
  InboundMessage,
  RunningSource,
  Settlement,
  Sink,
} from '../../src/infra/pipeline/delivery.ts';

/** What is said of a delivery besides its message. */
export interface Delivering {
  readonly attempt?: number;
  readonly partition?: number;
  readonly isRead?: boolean;
}

/** A delivery that remembers what became of it. */
export class FakeDelivery implements Delivery {
  readonly settlements: Settlement['kind'][] = [];
  extended = 0;
  readonly message: InboundMessage;
  readonly attempt: number;
  readonly partition: number | undefined;
  readonly isRead: boolean;

  constructor(
    message: InboundMessage,
    { attempt = 1, partition, isRead = false }: Delivering = {},
  ) {
    this.message = message;
    this.attempt = attempt;
    this.partition = partition;
    this.isRead = isRead;
  }

  settle({ kind }: Settlement): void {
    this.settlements.push(kind);
  }

  extend(): void {
    this.extended++;
  }
}

/** A source that delivers what a test says, when it says so. */
export class FakeSource implements EventSource {
  refills = 0;
  stopped = false;
  closed = false;
  pulling = true;
  settled = 0;
  #sink: Sink | undefined;
  #endStop: () => void = () => {};

  start(sink: Sink): RunningSource {
    this.#sink = sink;
    return {
      refill: () => void this.refills++,
      isPulling: () => this.pulling,
      settledUpTo: () => this.settled,
      stop: () => {
        this.stopped = true;
        return new Promise((resolve) => {
          this.#endStop = resolve;
        });
      },
      close: async () => {
        this.closed = true;
      },
    };
  }

  get room(): number {
    return this.#sink?.room() ?? 0;
  }

  deliver(message: InboundMessage, delivering: Delivering = {}): FakeDelivery {
    const delivery = new FakeDelivery(message, delivering);
    this.#sink?.take(delivery);
    return delivery;
  }

  /** Takes a partition away; resolves as the sink says. */
  async release(partition: number, how: 'hand-back' | 'forget'): Promise<void> {
    await this.#sink?.release(partition, how);
  }

  /** From now on nothing can arrive any more. */
  end(): void {
    this.#endStop();
  }
}
