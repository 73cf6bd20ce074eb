import type { Cancel, Clock } from '../infra/pipeline/clock.ts';

export interface RepeatedOptions<Value> {
  readonly read: (signal: AbortSignal) => Promise<Value>;
  readonly clock: Clock;
  /** From the end of one reading to the next. */
  readonly everyMs: number;
  /** How old what was read may be. */
  readonly staleMs: number;
  readonly onFailure: (error: unknown) => void;
}

/** What is known of something that is read again and again. */
export type Seen<Value> =
  /** Of when it is, milliseconds since 1970. */
  | { readonly kind: 'seen'; readonly value: Value; readonly at: number }
  /** Not read for too long, or never; `last` is what it was then. */
  | { readonly kind: 'unseen'; readonly last: Value | undefined };

/**
 * Reads something again and again.
 *
 * What cannot be read for a moment stays as it was, because an election takes some seconds; after that
 * it is unknown, and never taken for nothing.
 */
export class Repeated<Value> {
  readonly #options: RepeatedOptions<Value>;
  readonly #ending = new AbortController();
  #last: { readonly value: Value; readonly at: number; readonly elapsed: number } | undefined;
  #cancel: Cancel = () => {};

  constructor(options: RepeatedOptions<Value>) {
    this.#options = options;
  }

  start(): void {
    void this.#read();
  }

  stop(): void {
    this.#ending.abort(new Error('nobody wants to know any more'));
    this.#cancel();
  }

  /** When it was last read, in milliseconds since 1970. */
  get lastSeenAt(): number | undefined {
    return this.#last?.at;
  }

  seen(): Seen<Value> {
    const { clock, staleMs } = this.#options;
    const last = this.#last;
    if (last && clock.elapsed() - last.elapsed <= staleMs) {
      return { kind: 'seen', value: last.value, at: last.at };
    }
    return { kind: 'unseen', last: last?.value };
  }

  async #read(): Promise<void> {
    const { read, clock, everyMs, onFailure } = this.#options;
    const { signal } = this.#ending;
    // The figures are of the time at which they were asked for.
    const asked = { at: clock.now(), elapsed: clock.elapsed() };
    try {
      this.#last = { value: await read(signal), ...asked };
    } catch (error) {
      if (!signal.aborted) onFailure(error);
    }
    if (!signal.aborted) this.#cancel = clock.after(everyMs, () => void this.#read());
  }
}
