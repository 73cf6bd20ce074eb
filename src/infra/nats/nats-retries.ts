import { retrySubject, type ServiceStream } from '../../contracts/streams.ts';
import { BusRefused } from '../pipeline/errors.ts';
import type { RawPublisher, RetrySchedule, ScheduledRetry } from '../pipeline/ports.ts';
import { fitsStream } from './message-size.ts';

export interface NatsRetriesOptions {
  /** The service's own retry stream. */
  readonly stream: ServiceStream;
  readonly publisher: RawPublisher;
  /** How large the stream is now. */
  readonly bytes: () => Promise<number>;
  /** From how many bytes on nothing more is let in. @default 256 MiB */
  readonly mostBytes?: number | undefined;
}

const usualMostBytes = 256 * 1024 * 1024;

/** What a copy's dead letter, and the broker's schedule, say besides. */
const reserve = 8 * 1024;

/** How old the size may be that is believed. */
const freshForMs = 1_000;

/** How long a stream may take to answer: whoever waits for it holds up others. */
const publishMs = 2_000;

/**
 * Scheduled messages (ADR-51): the broker publishes them itself, on the stream's other subject, when
 * their time has come; also when it was away then, or the process that asked for it is gone.
 */
export class NatsRetries implements RetrySchedule {
  readonly #options: NatsRetriesOptions;
  #size: { readonly bytes: number; readonly at: number } | undefined;

  constructor(options: NatsRetriesOptions) {
    this.#options = options;
  }

  async schedule({ place, id, headers, body, at }: ScheduledRetry): Promise<void> {
    const { stream, publisher } = this.#options;
    if (!fitsStream({ headers, body }, reserve)) {
      throw new BusRefused('an event is too large for the stream of retries', true);
    }
    await this.#refuseFull();
    const toBroker = {
      'Nats-Schedule': `@at ${new Date(at).toISOString()}`,
      'Nats-Schedule-Target': retrySubject(stream, 'due', place),
    };
    const subject = retrySubject(stream, 'wait', place);
    const message = { subject, headers: { ...headers, ...toBroker }, body };
    await publisher.publishRaw(message, id, publishMs);
  }

  /** A limit of the broker's own would drop what waits longest. */
  async #refuseFull(): Promise<void> {
    const { stream, bytes, mostBytes = usualMostBytes } = this.#options;
    const now = performance.now();
    if (!this.#size || now - this.#size.at > freshForMs) {
      this.#size = { bytes: await bytes(), at: now };
    }
    if (this.#size.bytes < mostBytes) return;
    throw new BusRefused(`${stream.name} is full: ${this.#size.bytes} bytes wait in it`, false);
  }
}
