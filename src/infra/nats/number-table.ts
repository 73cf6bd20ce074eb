/** Of a table's slots at most this share is taken, so that what is looked for is found in few steps. */
const fullest = 0.5;
const leastSlots = 64;

/**
 * Values by whole numbers from 1, for what comes and goes all the time.
 *
 * A `Map` does the same; but one that is set and deleted from all the time leaves tables behind which
 * keep what was in them alive until the whole heap is searched (see Chain). Here a value is let go
 * when it is deleted.
 * Open addressing with linear probing; what is deleted is closed up (Knuth, volume 3, 6.4, algorithm R).
 */
export class NumberTable<Value> {
  #numbers = new Float64Array(leastSlots);
  #values = new Array<Value | undefined>(leastSlots).fill(undefined);
  #mask = leastSlots - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(number: number): boolean {
    return this.#numbers[this.#slotOf(number)] === number;
  }

  get(number: number): Value | undefined {
    return this.#values[this.#slotOf(number)];
  }

  set(number: number, value: Value): void {
    if (this.#size >= this.#numbers.length * fullest) this.#grow();
    const slot = this.#slotOf(number);
    if (this.#numbers[slot] !== number) this.#size++;
    this.#numbers[slot] = number;
    this.#values[slot] = value;
  }

  /** False when it was not there. */
  delete(number: number): boolean {
    const slot = this.#slotOf(number);
    if (this.#numbers[slot] !== number) return false;
    this.#empty(slot);
    this.#size--;
    this.#closeUp(slot);
    return true;
  }

  clear(): void {
    this.#numbers.fill(0);
    this.#values.fill(undefined);
    this.#size = 0;
  }

  /** All numbers, in no order; as they are now, whatever is deleted meanwhile. */
  numbers(): number[] {
    return [...this.#numbers.filter((number) => number > 0)];
  }

  /** All values, in no order; as they are now, whatever is deleted meanwhile. */
  values(): Value[] {
    return this.#values.filter((value) => value !== undefined);
  }

  /** Where a number is, or where it would be. */
  #slotOf(number: number): number {
    let slot = number & this.#mask;
    while (this.#numbers[slot] !== number && this.#numbers[slot] !== 0) {
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  #empty(slot: number): void {
    this.#numbers[slot] = 0;
    this.#values[slot] = undefined;
  }

  /** Moves up what would not be found any more behind a slot that is empty now. */
  #closeUp(from: number): void {
    let gap = from;
    for (let slot = (gap + 1) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const number = this.#numbers[slot] as number;
      if (number === 0) return;
      const home = number & this.#mask;
      // It may move when the gap lies between its home and where it is.
      if (((slot - home) & this.#mask) < ((slot - gap) & this.#mask)) continue;
      this.#numbers[gap] = number;
      this.#values[gap] = this.#values[slot];
      this.#empty(slot);
      gap = slot;
    }
  }

  #grow(): void {
    const [numbers, values] = [this.#numbers, this.#values];
    this.#numbers = new Float64Array(2 * numbers.length);
    this.#values = new Array<Value | undefined>(2 * numbers.length).fill(undefined);
    this.#mask = this.#numbers.length - 1;
    this.#size = 0;
    numbers.forEach((number, slot) => {
      if (number !== 0) this.set(number, values[slot] as Value);
    });
    values.fill(undefined);
  }
}
