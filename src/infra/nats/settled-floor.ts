import type { JsApi } from './js-api.ts';

interface ConsumerInfo {
  readonly ack_floor: { readonly stream_seq: number };
}

/** How old an answer may be until the broker is asked again. */
const freshForMs = 1_000;

/**
 * Up to where the messages of a durable consumer are settled, as its leader says.
 *
 * When the broker forgets acknowledgements in a crash it says less, and less is always safe: records
 * keep more then. After a reconnect nothing is known until it has answered again, because a broker
 * that lost its last messages gives their sequences to others.
 */
export class SettledFloor {
  readonly #api: JsApi;
  readonly #subject: string;
  #upTo = 0;
  #askAt = 0;
  #generation = 0;

  constructor(api: JsApi, stream: string, durable: string) {
    this.#api = api;
    this.#subject = `CONSUMER.INFO.${stream}.${durable}`;
  }

  /** As of the last answer; asks again in passing when that is old. */
  upTo(): number {
    const now = performance.now();
    if (now >= this.#askAt) {
      this.#askAt = now + freshForMs;
      void this.#ask();
    }
    return this.#upTo;
  }

  /** The connection is new: what was known was another one's. */
  forget(): void {
    this.#generation++;
    this.#upTo = 0;
    this.#askAt = 0;
  }

  async #ask(): Promise<void> {
    try {
      const generation = this.#generation;
      const { ack_floor } = await this.#api.get<ConsumerInfo>(this.#subject);
      if (generation === this.#generation) this.#upTo = ack_floor.stream_seq;
    } catch {
      // What was known stays true; whoever pulls from the consumer reports the trouble.
    }
  }
}
