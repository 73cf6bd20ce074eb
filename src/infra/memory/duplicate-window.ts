interface Remembered {
  readonly id: string;
  readonly sequence: number;
  readonly until: number;
}

/** The ids of late and where their messages are; a repetition does not renew its time. */
export class DuplicateWindow {
  readonly #windowMs: number;
  readonly #byId = new Map<string, Remembered>();
  #oldestFirst: Remembered[] = [];
  #forgotten = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** The sequence of the first message with this id, if that is not too long ago. */
  find(id: string, now: number): number | undefined {
    this.#forget(now);
    return this.#byId.get(id)?.sequence;
  }

  remember(id: string, sequence: number, now: number): void {
    const remembered = { id, sequence, until: now + this.#windowMs };
    this.#byId.set(id, remembered);
    this.#oldestFirst.push(remembered);
  }

  #forget(now: number): void {
    for (;;) {
      const oldest = this.#oldestFirst[this.#forgotten];
      if (!oldest || oldest.until > now) break;
      this.#byId.delete(oldest.id);
      this.#forgotten++;
    }
    if (this.#forgotten > 1024 && this.#forgotten * 2 > this.#oldestFirst.length) {
      this.#oldestFirst = this.#oldestFirst.slice(this.#forgotten);
      this.#forgotten = 0;
    }
  }
}
