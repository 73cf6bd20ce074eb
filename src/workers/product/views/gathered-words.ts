/** The numbers of the texts that have a word in a field; a text that has it twice is there twice. */
export type TextsByField = Record<string, number[]>;

/** The words of texts that are being added to an index, kept back from it for a while. */
export class GatheredWords {
  #words = new Map<string, TextsByField>();
  #text: number | undefined;
  #size = 0;

  /** How many there are, each as often as it was taken. */
  get size(): number {
    return this.#size;
  }

  /** What is taken while something runs belongs to this text. */
  into(text: number, run: () => void): void {
    this.#text = text;
    try {
      run();
    } finally {
      this.#text = undefined;
    }
  }

  /** Keeps a word of an added text back from the index that asks; any other word it gives back. */
  readonly take = (word: string, field = ''): string | null => {
    if (this.#text === undefined) return word;
    this.#size++;
    const fields = this.#words.get(word);
    const texts = fields?.[field];
    if (texts) texts.push(this.#text);
    else if (fields) fields[field] = [this.#text];
    else this.#words.set(word, { [field]: [this.#text] });
    return null;
  };

  /** All of them, in the order in which they first came; they are here no longer. */
  drain(): Map<string, TextsByField> {
    const words = this.#words;
    this.#words = new Map();
    this.#size = 0;
    return words;
  }
}
