const perOctave = 16;
const smallestMs = 0.01;

/** Times of any number of acknowledgements in constant memory, each kept to within 5 %. */
export class AckTimes {
  readonly #buckets = new Uint32Array(perOctave * 32);
  #total = 0;

  add(ms: number): void {
    const place = Math.ceil(Math.log2(Math.max(ms, smallestMs) / smallestMs) * perOctave);
    const bucket = Math.min(place, this.#buckets.length - 1);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#total++;
  }

  /** The time within which this share of all acknowledgements came; nothing when there were none. */
  quantile(share: number): number | undefined {
    if (this.#total === 0) return undefined;
    const wanted = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    const place = this.#buckets.findIndex((bucket) => {
      seen += bucket;
      return seen >= wanted;
    });
    return smallestMs * 2 ** (place / perOctave);
  }
}
