import type { Cancel, Clock } from '../pipeline/clock.ts';

/** The right to work on one delivery until a moment. */
export interface Lease {
  readonly sequence: number;
  readonly forMs: number;
}

interface Held {
  readonly lease: Lease;
  readonly endsAt: number;
}

/** The leases of one consumer, and the one timer that ends those which nobody renewed. */
export class Leases {
  readonly #clock: Clock;
  readonly #onExpired: (sequences: readonly number[]) => void;
  /** The next to end first, because all of a consumer's last equally long. */
  readonly #held = new Map<number, Held>();
  #cancelTimer: Cancel | undefined;

  constructor(clock: Clock, onExpired: (sequences: readonly number[]) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  grant(sequence: number, forMs: number): Lease {
    const lease = { sequence, forMs };
    this.#hold(lease);
    return lease;
  }

  /** Begins the lease's full time again, unless it is over. */
  renew(lease: Lease): void {
    if (this.#isHeld(lease)) this.#hold(lease);
  }

  /** Ends a lease early; false when it was over already. */
  end(lease: Lease): boolean {
    if (!this.#isHeld(lease)) return false;
    this.#held.delete(lease.sequence);
    if (this.#held.size === 0) this.close();
    return true;
  }

  /** Lets no lease expire any more. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #isHeld(lease: Lease): boolean {
    return this.#held.get(lease.sequence)?.lease === lease;
  }

  #hold(lease: Lease): void {
    this.#held.delete(lease.sequence);
    this.#held.set(lease.sequence, { lease, endsAt: this.#clock.now() + lease.forMs });
    if (!this.#cancelTimer) this.#setTimer(lease.forMs);
  }

  #setTimer(afterMs: number): void {
    this.#cancelTimer = this.#clock.after(afterMs, () => {
      this.#cancelTimer = undefined;
      this.#expire();
    });
  }

  #expire(): void {
    const now = this.#clock.now();
    const expired: number[] = [];
    for (const [sequence, { endsAt }] of this.#held) {
      if (endsAt > now) {
        this.#setTimer(endsAt - now);
        break;
      }
      this.#held.delete(sequence);
      expired.push(sequence);
    }
    if (expired.length > 0) this.#onExpired(expired.sort((one, other) => one - other));
  }
}
