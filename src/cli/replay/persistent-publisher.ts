import { type Clock, sleep } from '../../infra/pipeline/clock.ts';
import { BusRefused, BusUnavailable } from '../../infra/pipeline/errors.ts';
import type { OutboundMessage, Published, RawPublisher } from '../../infra/pipeline/ports.ts';

/** What became of one event. */
export type PublishResult =
  | { readonly kind: 'published'; readonly published: Published }
  /** The stream does not want it. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nobody had answered when the replay was stopped: it may be stored, or not. */
  | { readonly kind: 'unanswered' };

/** What a publisher that does not give up needs. */
export interface PersistentPublisherOptions {
  readonly publisher: RawPublisher;
  readonly isConnected: () => boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How long the bus tries by itself before it is asked again. */
const tryMs = 5000;
const pauseMs = 200;

/** Publishes under one id until the stream has answered, however long the broker is gone. */
export class PersistentPublisher {
  readonly #options: PersistentPublisherOptions;
  #unanswered = 0;
  #pause: Promise<void> | undefined;

  constructor(options: PersistentPublisherOptions) {
    this.#options = options;
  }

  isConnected(): boolean {
    return this.#options.isConnected();
  }

  /** What holds everything up, if something does. */
  waitingFor(): string | undefined {
    if (!this.isConnected()) return 'the broker';
    return this.#unanswered > 0 ? 'an answer: is the service running?' : undefined;
  }

  async publish(message: OutboundMessage, id: string): Promise<PublishResult> {
    const { signal } = this.#options;
    let isLate = false;
    try {
      while (!signal.aborted) {
        const result = await this.#once(message, id);
        if (result.kind !== 'unanswered') return result;
        if (!isLate) this.#unanswered++;
        isLate = true;
        await this.#pauseForAll();
      }
      return { kind: 'unanswered' };
    } finally {
      if (isLate) this.#unanswered--;
    }
  }

  /** One pause for all that wait: hundreds may. */
  #pauseForAll(): Promise<void> {
    const { clock, signal } = this.#options;
    this.#pause ??= sleep(clock, pauseMs, signal).then(() => {
      this.#pause = undefined;
    });
    return this.#pause;
  }

  async #once(message: OutboundMessage, id: string): Promise<PublishResult> {
    try {
      const published = await this.#options.publisher.publishRaw(message, id, tryMs);
      return { kind: 'published', published };
    } catch (error) {
      if (error instanceof BusUnavailable) return { kind: 'unanswered' };
      if (!(error instanceof BusRefused)) throw error;
      // The subject names the key, which may be somebody's user name.
      return { kind: 'refused', reason: error.message.replaceAll(message.subject, 'it') };
    }
  }
}
