/** What a stream holds of one key: its request events, and what followed from each, in stream order. */
export class KeyBook {
  /** The numbers of the request events in stream order; one that was published again counts once. */
  readonly requests: number[] = [];
  /** The numbers that facts follow from, in stream order; one that is applied twice is there twice. */
  readonly facts: number[] = [];
  /** What each fact says its place among the key's is. */
  readonly places: (number | undefined)[] = [];
  /** Types of facts that say something else than that the event was applied, by their causes' numbers. */
  readonly rejected: number[] = [];
  /** How many dead letters there are of a number. */
  readonly dead = new Map<number, number>();
  /** Those that wait behind a dead letter, and nothing else has become of them. */
  readonly parked = new Set<number>();
  state: unknown;
  /** The longest time that an event of the key waited although none before it was in its way. */
  longestStallMs = 0;
  /** When each number was first stored, as long as nothing has followed from it. */
  readonly #waiting = new Map<number, number>();
  readonly #position: number[] = [];
  #lastOutcomeAt = 0;

  request(n: number, at: number): void {
    if (this.#position[n] !== undefined) return;
    this.#position[n] = this.requests.push(n);
    this.#waiting.set(n, at);
  }

  fact(n: number, place: number | undefined, at: number): void {
    this.facts.push(n);
    this.parked.delete(n);
    if (place !== undefined) this.places.push(place);
    this.#outcome(n, at);
  }

  die(n: number, at: number): void {
    this.dead.set(n, (this.dead.get(n) ?? 0) + 1);
    this.parked.delete(n);
    this.#outcome(n, at);
  }

  park(n: number, at: number): void {
    if (!this.facts.includes(n) && !this.dead.has(n)) this.parked.add(n);
    this.#outcome(n, at);
  }

  has(n: number): boolean {
    return this.#position[n] !== undefined;
  }

  /** The place of a number among the key's request events, from 1; 0 when the stream does not hold it. */
  positionOf(n: number): number {
    return this.#position[n] ?? 0;
  }

  /** The numbers of which the stream says nothing but that they were asked for. */
  unanswered(): number[] {
    return [...this.#waiting.keys()];
  }

  #outcome(n: number, at: number): void {
    const since = this.#waiting.get(n);
    if (since === undefined) return;
    this.#waiting.delete(n);
    // Behind another event of its key it waits rightly: only since then does it count.
    const stall = at - Math.max(since, this.#lastOutcomeAt);
    this.longestStallMs = Math.max(this.longestStallMs, stall);
    this.#lastOutcomeAt = at;
  }
}
