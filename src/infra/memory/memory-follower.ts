import type { InboundMessage } from '../pipeline/delivery.ts';
import type { Follower, Following } from '../pipeline/ports.ts';
import type { MemoryStream, StreamReader } from './memory-stream.ts';
import { anyOf, type SubjectFilter } from './subject-filter.ts';

/** Passes on what a stream holds and what comes, in its order, without acknowledging. */
export class MemoryFollower implements Follower, StreamReader {
  readonly caughtUp: Promise<void>;
  readonly #following: Following;
  readonly #matches: SubjectFilter;
  #resolveCaughtUp: () => void = () => {};
  #queue: InboundMessage[] = [];
  #isAwake = false;
  #unsubscribe: (() => void) | undefined;
  #hasStopped = false;

  constructor(following: Following) {
    this.#following = following;
    this.#matches = anyOf(following.filters);
    this.caughtUp = new Promise((resolve) => {
      this.#resolveCaughtUp = resolve;
    });
  }

  /** Begins with the stream, which may come to be only after the follower. */
  bind(stream: MemoryStream): void {
    this.#queue = [...this.#beginning(stream)];
    this.#unsubscribe = stream.subscribe(this);
    this.#wake();
  }

  onStored(message: InboundMessage): void {
    if (!this.#matches(message.subject)) return;
    this.#queue.push(message);
    this.#wake();
  }

  onRemoved(): void {
    // What was read is read: a follower in JetStream has it in its buffer just so.
  }

  async stop(): Promise<void> {
    this.#hasStopped = true;
    this.#unsubscribe?.();
  }

  #beginning(stream: MemoryStream): Iterable<InboundMessage> {
    const { from } = this.#following;
    if (from === 'new') return [];
    return from === 'last' ? stream.lastOfEach(this.#matches) : stream.from(from, this.#matches);
  }

  #wake(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    setImmediate(() => {
      this.#isAwake = false;
      this.#passOn();
    });
  }

  #passOn(): void {
    const messages = this.#queue;
    this.#queue = [];
    for (const message of messages) {
      if (this.#hasStopped) return;
      this.#following.take(message);
    }
    // The first turn has passed on all that was there at the start.
    this.#resolveCaughtUp();
  }
}
