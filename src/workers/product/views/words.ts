/** The spelling under which texts are compared: lower case, without accents. `Café` and `CAFE` are one. */
const fold = (text: string): string =>
  // Most texts are plain, and lower case is all that these need.
  ascii.test(text) ? text.toLowerCase() : foldAny(text);

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const ascii = /^[\u0000-\u007f]*$/;

const foldAny = (text: string): string =>
  text
    .normalize('NFKD')
    // Accents of Latin, Greek and Cyrillic; the vowel signs of other scripts are letters in their own right.
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('ß', 'ss');

/** The words of a text, folded: runs of letters and digits of any script. */
export const wordsOf = (text: string): string[] =>
  fold(text)
    .split(/[^\p{L}\p{N}\p{M}]+/u)
    .filter((word) => word !== '');

/** A text as its words with a space before and after each, so that one can be looked for in it. */
export const spelled = (text: string): string => ` ${wordsOf(text).join(' ')} `;

export const hasWord = (spelling: string, word: string): boolean => spelling.includes(` ${word} `);

/** True when a word begins like this, or is this. */
export const hasPrefix = (spelling: string, prefix: string): boolean =>
  spelling.includes(` ${prefix}`);
