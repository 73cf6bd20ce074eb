/** What waits in a partition: how many came in together, and when. */
export class WaitingEvents {
  #groups: { readonly at: number; events: number }[] = [];
  /** Groups before this one are taken whole. */
  #first = 0;
  #events = 0;

  get events(): number {
    return this.#events;
  }

  /** When the oldest came in; nothing when nothing waits. */
  get oldest(): number | undefined {
    return this.#groups[this.#first]?.at;
  }

  add(at: number, events: number): void {
    if (events <= 0) return;
    this.#groups.push({ at, events });
    this.#events += events;
  }

  /** Takes the oldest; says how many there were to take. */
  take(most: number): number {
    let left = most;
    for (let group = this.#groups[this.#first]; group && left > 0; ) {
      const taken = Math.min(left, group.events);
      group.events -= taken;
      left -= taken;
      if (group.events <= 1e-9) group = this.#groups[++this.#first];
    }
    if (this.#first > 1_000) {
      this.#groups = this.#groups.slice(this.#first);
      this.#first = 0;
    }
    this.#events = this.#groups.length > this.#first ? this.#events - (most - left) : 0;
    return most - left;
  }
}
