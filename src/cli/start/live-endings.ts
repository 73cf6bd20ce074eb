import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import type { Published } from '../../infra/pipeline/ports.ts';
import { endIn } from './ledger.ts';

/** Follows events to their ends while they come, so that no more are open than can be handled soon. */
export class LiveEndings {
  readonly #accepted = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();
  #acceptedEnded = 0;

  /** An event that its stream has taken. */
  accept({ id, duplicate }: Published): void {
    if (duplicate || this.#accepted.has(id)) return;
    this.#accepted.add(id);
    if (this.#ended.has(id)) this.#acceptedEnded++;
  }

  /** A fact or a dead letter; it can come before the acknowledgement of its cause. */
  take(message: InboundMessage): void {
    const end = endIn(message);
    if (!end || this.#ended.has(end.id)) return;
    this.#ended.add(end.id);
    if (this.#accepted.has(end.id)) this.#acceptedEnded++;
    for (const go of this.#waiting.get(end.id) ?? []) go();
    this.#waiting.delete(end.id);
  }

  /** Resolves when the event has ended; at once for one that was not accepted. */
  until(id: string): Promise<void> {
    if (!this.#accepted.has(id) || this.#ended.has(id)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), resolve]);
    });
  }

  get accepted(): number {
    return this.#accepted.size;
  }

  /** How many of the accepted have ended. */
  get ended(): number {
    return this.#acceptedEnded;
  }
}
