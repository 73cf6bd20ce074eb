import type { Product } from '../../src/contracts/product/fields.ts';

/** Numbers from 0 to 1 that are the same in every run. */
const numbersFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const materials = 'steel oak linen copper glass leather bamboo cotton marble wool'.split(' ');
const looks = 'small large blue red plain striped folding portable heavy light'.split(' ');
const things =
  'mug lamp chair table kettle blanket bottle basket notebook backpack shelf pan knife towel clock'.split(
    ' ',
  );

const consonants = 'bcdfglmnprstvz';
const vowels = 'aeiou';

/** Words as brands and descriptions have them: a few are in many texts, most in few. */
const vocabulary: readonly string[] = (() => {
  const next = numbersFrom(7);
  const letter = (of: string): string => of.charAt(Math.floor(next() * of.length));
  const syllable = (): string => letter(consonants) + letter(vowels);
  return Array.from({ length: 4_000 }, () => syllable() + syllable() + syllable() + letter('nrst'));
})();

/** The product of a number, always the same: a name of five words and a description of fifteen. */
export const productOf = (number: number): Product => {
  const next = numbersFrom(number + 1);
  // Rolled a few times before: neighbours begin alike.
  for (let roll = 0; roll < 4; roll++) next();
  const one = (of: readonly string[]): string => of[Math.floor(next() * of.length)] ?? '';
  const word = (): string => vocabulary[Math.floor(vocabulary.length * next() ** 3)] ?? '';
  return {
    productId: `p${number}`,
    name: `${word()} ${one(looks)} ${one(materials)} ${one(things)} ${1_000 + (number % 9_000)}`,
    description: Array.from({ length: 15 }, word).join(' '),
    price: { amount: 100 + Math.floor(next() * 50_000), currency: 'EUR' },
  };
};

/** A question, as `product.search` takes it. */
export interface Question {
  readonly text?: string;
  readonly minPrice?: number;
  readonly maxPrice?: number;
  readonly offset?: number;
}

export type Questions = Readonly<Record<string, (number: number) => Question>>;

/** Kinds of questions, each about the product of a number. */
export const questions: Questions = {
  words: (number) => ({ text: nameWords(number).join(' ') }),
  'a rare word': (number) => ({ text: nameWords(number)[0] ?? '' }),
  'a prefix': (number) => ({ text: nameWords(number)[0]?.slice(0, 4) ?? '' }),
  'words being typed': (number) => {
    const [brand = '', , material = '', thing = ''] = nameWords(number);
    return { text: `${material} ${thing} ${brand.slice(0, 3)}` };
  },
  'a typing error': (number) => ({ text: misspelled(nameWords(number)[0] ?? '') }),
  'typing errors in all words': (number) => ({ text: nameWords(number).map(misspelled).join(' ') }),
  'a common word': (number) => ({ text: nameWords(number)[3] ?? '' }),
  'two common words': (number) => ({ text: nameWords(number).slice(2, 4).join(' ') }),
  'common words and a price': (number) => ({
    text: nameWords(number).slice(1, 4).join(' '),
    minPrice: 1_000,
    maxPrice: 5_000,
  }),
  'words that nothing has': (number) => ({ text: `qxwjk${number} zzyqh` }),
  'no word, a page far back': (number) => ({ offset: number % 10_000 }),
  'no word, a price': (number) => ({ minPrice: number % 10_000, maxPrice: 20_000 }),
};

const nameWords = (number: number): string[] => productOf(number).name.split(' ');

/** The same with two letters exchanged. */
const misspelled = (word: string): string =>
  word.length < 4 ? word : `${word.slice(0, 2)}${word[3]}${word[2]}${word.slice(4)}`;
