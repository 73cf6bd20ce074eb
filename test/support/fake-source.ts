import type {
  Delivery,
  EventSource,
  InboundMessage,
  RunningSource,
  Settlement,
  Sink,
} from '../../src/infra/pipeline/delivery.ts';

/** A delivery that remembers what became of it. */
export class FakeDelivery implements Delivery {
  readonly settlements: Settlement['kind'][] = [];
  extended = 0;
  readonly message: InboundMessage;
  readonly attempt: number;

  constructor(message: InboundMessage, attempt = 1) {
    this.message = message;
    this.attempt = attempt;
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

  deliver(message: InboundMessage, attempt = 1): FakeDelivery {
    const delivery = new FakeDelivery(message, attempt);
    this.#sink?.take(delivery);
    return delivery;
  }

  /** From now on nothing can arrive any more. */
  end(): void {
    this.#endStop();
  }
}
