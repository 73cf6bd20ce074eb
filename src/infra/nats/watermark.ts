import type { Moment } from './moment.ts';

/** A message of a partition that waits until everything before it is settled. */
export interface Marked {
  readonly message: { readonly sequence: number };
  /** Of its first delivery, when this was it. */
  readonly consumerSequence: number | undefined;
  /** What was said of it; nothing while it is not finished. */
  said?: 'done' | 'erase';
}

/** Up to where a consumer's deliveries are acknowledged, as its leader says. */
export interface Floor {
  readonly consumer_seq: number;
  readonly stream_seq: number;
}

export interface WatermarkOptions<Entry extends Marked> {
  /** Acknowledges everything up to a stream's sequence. */
  readonly acknowledge: (sequence: number, consumerSequence: number) => void;
  /** Overwrites a message. Rejects when that cannot be done now. */
  readonly erase: (sequence: number) => Promise<unknown>;
  /** An entry is settled and nothing before it is not: nobody will ask for it again. */
  readonly onPassed: (entry: Entry) => void;
  readonly onTrouble: (what: string) => void;
  /** When what is left to acknowledge is acknowledged: shared by partitions. */
  readonly moment: Moment;
}

/** How long few settled messages wait for more. */
export const patienceMs = 20;
/** So many are worth an acknowledgement at once. */
const worthwhile = 64;
/** What could not be erased is tried again after so long. */
const againMs = 1_000;

/**
 * Acknowledges a partition up to the last message before which every one is settled.
 *
 * It is told of every message above a floor, in the stream's order and without a gap, and what
 * became of each, in any order. So what it acknowledges is true for good, also when it is said late:
 * docs/decisions/0018-acknowledging-by-watermark.md.
 */
export class Watermark<Entry extends Marked> {
  readonly #options: WatermarkOptions<Entry>;
  /** A place is emptied when it is passed: what is passed must not be kept alive until they are all gone. */
  #entries: (Entry | undefined)[] = [];
  /** How many of them are passed. */
  #passed = 0;
  #last: number;
  readonly #floor: number;
  #reached: number;
  /** The consumer sequence that stands for {@link #reached}. */
  #consumerSequence: number;
  #unsaid = 0;
  readonly #say = (): void => this.flush();
  #isErasing = false;
  #isPaused = false;
  #isOver = false;

  constructor(floor: Floor, options: WatermarkOptions<Entry>) {
    this.#options = options;
    this.#last = floor.stream_seq;
    this.#floor = floor.stream_seq;
    this.#reached = floor.stream_seq;
    this.#consumerSequence = floor.consumer_seq;
  }

  /** Every message up to here is settled. */
  get reached(): number {
    return this.#reached;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Hears of the partition's next message. @returns false when it is not behind the last one */
  add(entry: Entry): boolean {
    const { sequence } = entry.message;
    if (sequence <= this.#last) return false;
    this.#last = sequence;
    this.#entries.push(entry);
    return true;
  }

  /** Finished, or set aside. Said again, it has no effect. */
  settle(entry: Entry, said: 'done' | 'erase'): void {
    entry.said ??= said;
    this.#advance();
  }

  /** What is left to acknowledge is acknowledged now, not in a moment. */
  flush(): void {
    if (this.#unsaid === 0 || this.#isPaused || this.#isOver) return;
    this.#unsaid = 0;
    this.#options.acknowledge(this.#reached, this.#consumerSequence);
  }

  /** The broker has not heard of the last acknowledgement, or took it for an old one: says it again. */
  repeat(floor: Floor): void {
    if (floor.stream_seq >= this.#reached) return;
    // The broker ignores what is not above the consumer sequence that it has.
    this.#consumerSequence = Math.max(this.#consumerSequence, floor.consumer_seq + 1);
    this.#unsaid++;
    this.flush();
  }

  /** The consumer was made again, and counts from the beginning. */
  countFrom({ consumer_seq }: Floor, delivered: number): void {
    if (delivered < this.#consumerSequence) this.#consumerSequence = consumer_seq;
  }

  /** Keeps to itself what it would say. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Says it, and again what was said last: it may have been lost with a connection. */
  resume(): void {
    this.#isPaused = false;
    if (this.#reached > this.#floor) this.#unsaid++;
    this.flush();
    this.#advance();
  }

  /** Acknowledges nothing any more: its sequences may belong to other messages by now. */
  end(): void {
    this.#isOver = true;
  }

  #advance(): void {
    const from = this.#passed;
    for (;;) {
      const entry = this.#entries[this.#passed];
      if (!entry?.said) break;
      if (entry.said === 'erase') {
        void this.#erase(entry);
        break;
      }
      this.#pass(entry);
    }
    if (this.#passed === from) return;
    if (this.#passed > 1024 && this.#passed > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#passed);
      this.#passed = 0;
    }
    if (this.#unsaid >= worthwhile) this.flush();
    else this.#options.moment.soon(this.#say);
  }

  #pass(entry: Entry): void {
    this.#entries[this.#passed++] = undefined;
    this.#unsaid++;
    this.#reached = entry.message.sequence;
    // At most the sequence of its first delivery, and one more than before: what comes is above it.
    const next = this.#consumerSequence + 1;
    this.#consumerSequence = Math.max(next, entry.consumerSequence ?? next);
    this.#options.onPassed(entry);
  }

  /**
   * The broker takes a message that is overwritten for acknowledged, and with it all before it: so
   * that waits until they are settled.
   */
  async #erase(entry: Entry): Promise<void> {
    if (this.#isErasing || this.#isPaused || this.#isOver) return;
    this.#isErasing = true;
    try {
      await this.#options.erase(entry.message.sequence);
      entry.said = 'done';
    } catch (error) {
      this.#options.onTrouble(`erase ${entry.message.sequence}: ${String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
    this.#isErasing = false;
    this.#advance();
  }
}
