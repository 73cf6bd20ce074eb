/** In how many texts each word occurs. */
export class WordCounts {
  /** In boxes, so that a word which is known is looked up once to be counted, not twice. */
  readonly #counts = new Map<string, { texts: number }>();

  add(words: readonly string[]): void {
    for (const word of new Set(words)) {
      const count = this.#counts.get(word);
      if (count) count.texts++;
      else this.#counts.set(word, { texts: 1 });
    }
  }

  remove(words: readonly string[]): void {
    for (const word of new Set(words)) {
      const count = this.#counts.get(word);
      if (count && --count.texts === 0) this.#counts.delete(word);
    }
  }

  of(word: string): number {
    return this.#counts.get(word)?.texts ?? 0;
  }

  /**
   * Parts words into those that at most so many texts have and the others; when all are more common
   * than that, the rarest one counts as rare.
   */
  part(words: readonly string[], most: number): { rare: string[]; common: string[] } {
    const rarestFirst = words.toSorted((one, other) => this.of(one) - this.of(other));
    const isRare = (word: string): boolean => word === rarestFirst[0] || this.of(word) <= most;
    return {
      rare: rarestFirst.filter(isRare),
      common: rarestFirst.filter((word) => !isRare(word)),
    };
  }
}
