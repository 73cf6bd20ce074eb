/** What may be in one {@link Chain} at a time: it knows its neighbours itself. */
export interface Linked<Self> {
  before: Self | undefined;
  after: Self | undefined;
  isLinked: boolean;
}

/**
 * Items in the order in which they were added, from which each can be taken at once.
 *
 * A `Set` does the same; but one that is added to and deleted from all the time leaves tables behind
 * which keep what was in them alive until the whole heap is searched, and copied from one part of it
 * to the other meanwhile. What is taken from a chain is let go.
 */
export class Chain<Item extends Linked<Item>> {
  #first: Item | undefined;
  #last: Item | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(item: Item): void {
    item.isLinked = true;
    item.before = this.#last;
    if (this.#last) this.#last.after = item;
    else this.#first = item;
    this.#last = item;
    this.#size++;
  }

  /** False when it was not there. */
  delete(item: Item): boolean {
    if (!item.isLinked) return false;
    const { before, after } = item;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    item.before = undefined;
    item.after = undefined;
    item.isLinked = false;
    this.#size--;
    return true;
  }

  clear(): void {
    for (const item of this) this.delete(item);
  }

  /** What is deleted meanwhile may be the item in hand, no other one. */
  *[Symbol.iterator](): Generator<Item> {
    let item = this.#first;
    while (item) {
      const next: Item | undefined = item.after;
      yield item;
      item = next;
    }
  }
}
