import { WordTable } from './word-table.ts';

/** In how many texts each word occurs. */
export class WordCounts {
  /** In boxes, so that a word which is known is looked up once to be counted, not twice. */
  readonly #counts = new WordTable<{ texts: number; last: number }>();
  #last = 0;

  add(words: readonly string[]): void {
    const text = ++this.#last;
    for (const word of words) {
      const count = this.#counts.get(word);
      if (!count) this.#counts.set(word, { texts: 1, last: text });
      else if (count.last !== text) {
        // Counted once a text, without a set of its words, which took as long as the counting.
        count.last = text;
        count.texts++;
      }
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

  /** How many texts have a word that begins so; a text counts once for each such word. */
  beginning(prefix: string): number {
    return sumOf(this.#counts.beginning(prefix));
  }

  /**
   * What else somebody may have meant who wrote this with at most so many typing errors: in how many
   * texts such words are, and the likeliest, which has the fewest errors, then the most texts.
   */
  near(word: string, errors: number): { texts: number; likeliest: string } {
    const near = this.#counts.near(word, errors);
    const [best] = near.sort(
      (one, other) =>
        one.errors - other.errors ||
        other.value.texts - one.value.texts ||
        (one.word < other.word ? -1 : 1),
    );
    return { texts: sumOf(near.map(({ value }) => value)), likeliest: best?.word ?? word };
  }

  /**
   * Parts words into those that at most so many texts have, whole or (unless whole ones are asked for)
   * begun, and the others; when all are more common than that, the rarest one counts as rare.
   */
  part(words: readonly string[], most: number, as: 'whole' | 'begun' = 'begun'): Parted {
    const texts = new Map(
      words.map((word) => [word, as === 'whole' ? this.of(word) : this.beginning(word)]),
    );
    const textsWith = (word: string): number => texts.get(word) ?? 0;
    const rarestFirst = words.toSorted((one, other) => textsWith(one) - textsWith(other));
    const isRare = (word: string): boolean => word === rarestFirst[0] || textsWith(word) <= most;
    return {
      rare: rarestFirst.filter(isRare),
      common: rarestFirst.filter((word) => !isRare(word)),
    };
  }
}

/** Both with the rarest word first. */
export interface Parted {
  readonly rare: string[];
  readonly common: string[];
}

const sumOf = (counts: readonly { readonly texts: number }[]): number =>
  counts.reduce((sum, { texts }) => sum + texts, 0);
