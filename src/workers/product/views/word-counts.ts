/** In how many texts each word occurs. */
export class WordCounts {
  readonly #counts = new Map<string, number>();

  add(words: readonly string[]): void {
    for (const word of new Set(words)) this.#counts.set(word, this.of(word) + 1);
  }

  remove(words: readonly string[]): void {
    for (const word of new Set(words)) {
      const left = this.of(word) - 1;
      if (left > 0) this.#counts.set(word, left);
      else this.#counts.delete(word);
    }
  }

  of(word: string): number {
    return this.#counts.get(word) ?? 0;
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
