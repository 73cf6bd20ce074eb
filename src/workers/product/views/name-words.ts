import type { Listed } from './name-order.ts';
import { inOrder } from './places.ts';
import { WordTable } from './word-table.ts';

/** The words of products' names, and which products have them. */
export class NameWords {
  /** Lists, as sets take longer to fill, which happens more often than taking something out. */
  readonly #having = new WordTable<Listed[]>();

  add(listed: Listed): void {
    for (const word of wordsIn(listed)) {
      const having = this.#having.get(word);
      if (!having) this.#having.set(word, [listed]);
      // The same word twice in one name.
      else if (having.at(-1) !== listed) having.push(listed);
    }
  }

  remove(listed: Listed): void {
    for (const word of wordsIn(listed)) {
      const having = this.#having.get(word);
      const at = having?.indexOf(listed) ?? -1;
      if (at >= 0) having?.splice(at, 1);
      if (having?.length === 0) this.#having.delete(word);
    }
  }

  /** Hands over the products in whose names a word is, or begins one; some more than once. */
  each(word: string, take: (listed: Listed) => void): void {
    for (const having of this.#having.beginning(word)) for (const listed of having) take(listed);
  }

  /**
   * Products of a list, in whose names each of some words is, or begins one: those first that have
   * more of the words whole, then in the order of the list.
   *
   * It costs a look at each product that has the rarest of the words, and no score.
   */
  find(words: readonly string[], list: readonly Listed[]): Listed[] {
    const needles = words.map((word) => this.#needle(word));
    const [rarest, ...others] = needles.sort(
      (one, other) => sizeOf(one.having) - sizeOf(other.having),
    );
    if (!rarest) return [];
    const parts: number[][] = Array.from({ length: words.length + 1 }, () => []);
    for (const having of rarest.having) {
      for (const { name, place } of having) {
        if (!others.every(({ begun }) => name.includes(begun))) continue;
        let unfinished = 0;
        for (const { whole } of needles) if (!whole || !name.includes(whole)) unfinished++;
        parts[unfinished]?.push(place);
      }
    }
    return parts.flatMap((places) => inOrder(places, list));
  }

  /** What to look for in a name; from one letter alone half the names begin: it counts only as a word. */
  #needle(word: string): Needle {
    const whole = ` ${word} `;
    return {
      whole: this.#having.get(word) && whole,
      begun: word.length === 1 ? whole : ` ${word}`,
      having: this.#having.beginning(word),
    };
  }
}

interface Needle {
  /** Nothing when no name has the word whole. */
  readonly whole: string | undefined;
  readonly begun: string;
  readonly having: readonly Listed[][];
}

const wordsIn = ({ name }: Listed): string[] => name.split(' ').filter((word) => word !== '');

const sizeOf = (lists: readonly (readonly Listed[])[]): number =>
  lists.reduce((sum, { length }) => sum + length, 0);
