import { movingSubject } from '../../contracts/moving-stream.ts';
import type { StreamMover } from '../../infra/nats/stream-mover.ts';
import type { OutboundMessage } from '../../infra/pipeline/ports.ts';

/** An atomic batch of the broker holds 1,000 messages. */
const mostMessages = 500;
const mostBytes = 2_000_000;

/**
 * Writes behind the last message of a closed stream, many at a time.
 *
 * Nobody else writes there, and every batch is stored only directly behind the last one: so it is
 * known beforehand where each message will lie.
 */
export class Copier {
  readonly #mover: StreamMover;
  readonly #onWritten: (count: number) => void;
  #waiting: OutboundMessage[] = [];
  #bytes = 0;
  #last: number;

  constructor(mover: StreamMover, last: number, onWritten: (count: number) => void) {
    this.#mover = mover;
    this.#last = last;
    this.#onWritten = onWritten;
  }

  /** Takes one message more; the sequence at which it will lie. */
  add(message: OutboundMessage): number {
    this.#waiting.push({ ...message, subject: movingSubject(message.subject) });
    this.#bytes += message.body.length;
    return this.#last + this.#waiting.length;
  }

  /** Writes when enough has come together. @throws NotAlone, BusUnavailable, BusRefused */
  async writeSome(): Promise<void> {
    if (this.#waiting.length >= mostMessages || this.#bytes >= mostBytes) await this.writeAll();
  }

  /** @throws NotAlone, BusUnavailable, BusRefused */
  async writeAll(): Promise<void> {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    this.#bytes = 0;
    this.#last = await this.#mover.write(batch, this.#last);
    this.#onWritten(batch.length);
  }
}
