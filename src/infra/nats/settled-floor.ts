import type { ConsumerDeclaration } from '../pipeline/ports.ts';
import type { JsApi } from './js-api.ts';

interface ConsumerInfo {
  readonly created: string;
  readonly ack_floor: { readonly stream_seq: number };
}

/** How old an answer may be until the broker is asked again. */
const freshForMs = 1_000;

/**
 * Up to where the messages of a durable consumer are settled.
 *
 * What is settled stays so, also when the broker has forgotten acknowledgements in a crash and says
 * less. Only a consumer that was made anew is believed anew: its stream may be another one.
 */
export class SettledFloor {
  readonly #api: JsApi;
  readonly #subject: string;
  #created = '';
  #upTo = 0;
  #askAt = 0;

  constructor(api: JsApi, { stream, durable }: ConsumerDeclaration) {
    this.#api = api;
    this.#subject = `CONSUMER.INFO.${stream.name}.${durable}`;
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

  async #ask(): Promise<void> {
    try {
      const { created, ack_floor } = await this.#api.get<ConsumerInfo>(this.#subject);
      const known = created === this.#created ? this.#upTo : 0;
      this.#created = created;
      this.#upTo = Math.max(known, ack_floor.stream_seq);
    } catch {
      // What was known stays true; whoever pulls from the consumer reports the trouble.
    }
  }
}
