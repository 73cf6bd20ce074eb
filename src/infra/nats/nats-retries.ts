import { retrySubject, type ServiceStream } from '../../contracts/streams.ts';
import { BusRefused } from '../pipeline/errors.ts';
import type { RawPublisher, RetrySchedule, ScheduledRetry } from '../pipeline/ports.ts';
import type { JsApi } from './js-api.ts';
import { fitsStream } from './message-size.ts';

/** What a stream's leader says of it. */
interface Look {
  readonly bytes: number;
  /** The time by its own clock: milliseconds since 1970. */
  readonly now: number;
}

/** @throws BusUnavailable, BusRefused */
export const lookAt = async (api: JsApi, { name }: ServiceStream): Promise<Look> => {
  const { state, ts } = await api.get<{ state: { bytes: number }; ts: string }>(
    `STREAM.INFO.${name}`,
  );
  return { bytes: state.bytes, now: Date.parse(ts) };
};

export interface NatsRetriesOptions {
  /** The service's own retry stream. */
  readonly stream: ServiceStream;
  readonly publisher: RawPublisher;
  /** How large the stream is, and what time it is there. */
  readonly look: () => Promise<Look>;
  /** From how many bytes on nothing more is let in. @default 256 MiB */
  readonly mostBytes?: number | undefined;
}

const usualMostBytes = 256 * 1024 * 1024;

/** What a copy's dead letter, and the broker's schedule, say besides. */
const reserve = 8 * 1024;

/** How old may be what was seen of the stream. */
const freshForMs = 1_000;

/** How long a stream may take to answer: whoever waits for it holds up others. */
const publishMs = 2_000;

/**
 * Scheduled messages (ADR-51): the broker publishes them itself, on the stream's other subject, when
 * their time has come; also when it was away then, or the process that asked for it is gone.
 *
 * The time is the broker's: a worker whose own clock is wrong by hours would let events wait for hours.
 */
export class NatsRetries implements RetrySchedule {
  readonly #options: NatsRetriesOptions;
  /** What the stream's leader said, and when it did: `performance.now()`, which never jumps. */
  #seen: (Look & { readonly at: number }) | undefined;

  constructor(options: NatsRetriesOptions) {
    this.#options = options;
  }

  async schedule({ place, id, headers, body, afterMs }: ScheduledRetry): Promise<void> {
    const { stream, publisher } = this.#options;
    if (!fitsStream({ headers, body }, reserve)) {
      throw new BusRefused('an event is too large for the stream of retries', true);
    }
    const now = await this.#brokersTime();
    const toBroker = {
      'Nats-Schedule': `@at ${new Date(now + afterMs).toISOString()}`,
      'Nats-Schedule-Target': retrySubject(stream, 'due', place),
    };
    const subject = retrySubject(stream, 'wait', place);
    const message = { subject, headers: { ...headers, ...toBroker }, body };
    await publisher.publishRaw(message, id, publishMs);
  }

  /** @throws BusRefused when too much waits: a limit of the broker's own would drop what waits longest */
  async #brokersTime(): Promise<number> {
    const { stream, look, mostBytes = usualMostBytes } = this.#options;
    if (!this.#seen || performance.now() - this.#seen.at > freshForMs) {
      this.#seen = { ...(await look()), at: performance.now() };
    }
    const { bytes, now, at } = this.#seen;
    if (bytes < mostBytes) return now + performance.now() - at;
    throw new BusRefused(`${stream.name} is full: ${bytes} bytes wait in it`, false);
  }
}
