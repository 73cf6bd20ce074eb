import type { Listed } from './name-order.ts';
import { hasPrefix, hasWord } from './words.ts';

/** The words of products' names, and which products have them. */
export class NameWords {
  /** Lists, as sets take longer to fill, which happens more often than taking something out. */
  readonly #having = new Map<string, Listed[]>();

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

  /** How often the names have a word, or one that begins so. */
  count(word: string): number {
    return sizeOf(this.#beginning(word));
  }

  /**
   * Products in whose names each of some words is, or begins one: those first that have more of the
   * words whole, then in the order of their names.
   *
   * It costs a look at each product that has the rarest of the words, and no score.
   */
  find(words: readonly string[]): Listed[] {
    const [rarest = []] = words
      .map((word) => this.#beginning(word))
      .sort((one, other) => sizeOf(one) - sizeOf(other));
    const parts: Listed[][] = Array.from({ length: words.length + 1 }, () => []);
    for (const listed of rarest.flat()) {
      if (!words.every((word) => begins(listed.name, word))) continue;
      const unfinished = words.filter((word) => !hasWord(listed.name, word)).length;
      parts[unfinished]?.push(listed);
    }
    return parts.flatMap((part) =>
      part
        .sort((one, other) => one.place - other.place)
        // Several words of one name may begin alike.
        .filter((listed, at) => listed !== part[at - 1]),
    );
  }

  #beginning(prefix: string): Listed[][] {
    if (prefix.length === 1) return [this.#having.get(prefix) ?? []];
    const found: Listed[][] = [];
    for (const [word, having] of this.#having) if (word.startsWith(prefix)) found.push(having);
    return found;
  }
}

const wordsIn = ({ name }: Listed): string[] => name.split(' ').filter((word) => word !== '');

/** From one letter alone half the names begin: it counts only as a word. */
const begins = (name: string, word: string): boolean =>
  word.length === 1 ? hasWord(name, word) : hasPrefix(name, word);

const sizeOf = (lists: readonly (readonly Listed[])[]): number =>
  lists.reduce((sum, { length }) => sum + length, 0);
