import type { PartitionHands } from './partition-hands.ts';
import { type ConsumerProgress, type PartitionOnBroker, pinOf, readProgress } from './recall.ts';
import { recallMissing } from './take-over.ts';

export interface LookAfterOptions extends PartitionOnBroker {
  readonly hands: PartitionHands;
  /** Under which pin this process is the owner. */
  readonly pin: () => string | undefined;
  /** True when it does not matter now: nothing is asked for, or a takeover is looking already. */
  readonly isOver: () => boolean;
  readonly onRecalled: () => void;
  readonly onTrouble: (what: string) => void;
}

/** In how many idle pulls it is looked once whether anything is left unacknowledged. */
const idlesPerLook = 4;

/**
 * Looks after a partition when nothing new comes of it.
 *
 * Nothing tells then that something was delivered to one who died with it, or into a connection that
 * was cut, or that an acknowledgement was lost.
 */
export class LookAfter {
  readonly #options: LookAfterOptions;
  #idles = 0;
  #mayMiss = true;
  #othersPin: string | undefined;

  constructor(options: LookAfterOptions) {
    this.#options = options;
  }

  /** Somebody else's pin, as it was when last looked at. */
  get othersPin(): string | undefined {
    return this.#othersPin;
  }

  /** Something may have been lost: the next idle pull is reason enough to look. */
  worry(): void {
    this.#mayMiss = true;
  }

  /** A pull has brought nothing. */
  idle(): void {
    if (!this.#mayMiss && ++this.#idles % idlesPerLook !== 0) return;
    void this.#look().catch((error: unknown) => {
      this.#options.onTrouble(`look after ${this.#options.durable}: ${String(error)}`);
    });
  }

  /** The broker delivers no more until the first one is finished: nobody should have to guess why. */
  #tellOfStanding({ config, ack_floor, num_ack_pending }: ConsumerProgress): void {
    if (num_ack_pending < (config.max_ack_pending ?? Number.POSITIVE_INFINITY)) return;
    const { durable, onTrouble } = this.#options;
    const behind = `what comes after ${ack_floor.stream_seq} is not finished`;
    onTrouble(`${durable} stands still with ${num_ack_pending} unacknowledged: ${behind}`);
  }

  /** Recalls what is not in hand. What then comes leads to a takeover. */
  async #look(): Promise<void> {
    const { hands, pin, isOver, onRecalled } = this.#options;
    const progress = await readProgress(this.#options);
    if (isOver()) return;
    const pinned = pinOf(progress);
    const isOthers = pinned !== undefined && pinned !== pin();
    this.#othersPin = isOthers ? pinned : undefined;
    if (!isOthers) this.#tellOfStanding(progress);
    const isMissing = !isOthers && hands.isMissing(progress);
    // Somebody else's is looked at again when they are gone.
    this.#mayMiss = isOthers || isMissing;
    if (!isMissing) return;
    await recallMissing(this.#options, progress, { has: (one) => hands.has(one), isOver });
    onRecalled();
  }
}
