/** Sequences in the order in which they came, any of which can be taken out before its turn. */
export class SequenceQueue {
  readonly #members = new Set<number>();
  #order: number[] = [];
  #head = 0;

  get size(): number {
    return this.#members.size;
  }

  /** Adds one at the end that is not in the queue. */
  push(sequence: number): void {
    this.#members.add(sequence);
    this.#order.push(sequence);
  }

  first(): number | undefined {
    while (this.#head < this.#order.length) {
      const sequence = this.#order[this.#head];
      if (sequence !== undefined && this.#members.has(sequence)) return sequence;
      this.#head++;
    }
    this.#order = [];
    this.#head = 0;
    return undefined;
  }

  shift(): number | undefined {
    const sequence = this.first();
    if (sequence === undefined) return undefined;
    this.#members.delete(sequence);
    this.#head++;
    // Cutting off the used half now and then keeps both the cost and the memory in proportion.
    if (this.#head > 1024 && this.#head * 2 > this.#order.length) {
      this.#order = this.#order.slice(this.#head);
      this.#head = 0;
    }
    return sequence;
  }

  /** True when it was in the queue. */
  remove(sequence: number): boolean {
    return this.#members.delete(sequence);
  }
}
