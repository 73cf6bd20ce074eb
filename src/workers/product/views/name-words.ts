import type { Listed } from './name-order.ts';
import { hasPrefix, hasWord } from './words.ts';

/** The words of products' names, and which products have them. */
export class NameWords {
  readonly #having = new Map<string, Set<Listed>>();

  add(listed: Listed): void {
    for (const word of wordsIn(listed)) {
      const having = this.#having.get(word);
      if (having) having.add(listed);
      else this.#having.set(word, new Set([listed]));
    }
  }

  remove(listed: Listed): void {
    for (const word of wordsIn(listed)) {
      const having = this.#having.get(word);
      having?.delete(listed);
      if (having?.size === 0) this.#having.delete(word);
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
    for (const listed of new Set(rarest.flatMap((having) => [...having]))) {
      if (!words.every((word) => begins(listed.name, word))) continue;
      const unfinished = words.filter((word) => !hasWord(listed.name, word)).length;
      parts[unfinished]?.push(listed);
    }
    return parts.flatMap((part) => part.sort((one, other) => one.place - other.place));
  }

  #beginning(prefix: string): Set<Listed>[] {
    if (prefix.length === 1) return [this.#having.get(prefix) ?? new Set()];
    const found: Set<Listed>[] = [];
    for (const [word, having] of this.#having) if (word.startsWith(prefix)) found.push(having);
    return found;
  }
}

const wordsIn = ({ name }: Listed): string[] => name.split(' ').filter((word) => word !== '');

/** From one letter alone half the names begin: it counts only as a word. */
const begins = (name: string, word: string): boolean =>
  word.length === 1 ? hasWord(name, word) : hasPrefix(name, word);

const sizeOf = (sets: readonly ReadonlySet<Listed>[]): number =>
  sets.reduce((sum, { size }) => sum + size, 0);
