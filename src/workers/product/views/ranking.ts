import type { SearchResult } from 'minisearch';
import { byName, type Listed } from './name-order.ts';
import { hasPrefix, hasWord } from './words.ts';

/** A product that was found, and what its rank follows from. */
export interface Hit {
  readonly listed: Listed;
  /** How many of the words were found, in whatever spelling. */
  readonly found: number;
  readonly nearness: number;
  /** The library's own score (BM25). */
  readonly score: number;
}

export const hitOf = (listed: Listed, result: SearchResult, words: readonly string[]): Hit => ({
  listed,
  found: result.queryTerms.length,
  nearness: nearnessOf(listed, result, words),
  score: result.score,
});

/** More of the words first, then what is nearer to the name, then the better score, then by name. */
export const bestFirst = (one: Hit, other: Hit): number =>
  other.found - one.found ||
  other.nearness - one.nearness ||
  other.score - one.score ||
  byName(one.listed, other.listed);

/** The nearness of a name that has all of these words. */
export const wholly = (words: readonly string[]): number => 3 * words.length;

/**
 * How well the name answers, whatever the description says: for each word 3 when it is in the name, 2
 * when a word of the name begins with it, 1 when one is nearly it.
 *
 * The score alone does not put names first: to BM25 a word that few descriptions have says more than
 * one that many names have.
 */
const nearnessOf = (
  { name }: Listed,
  { match }: SearchResult,
  words: readonly string[],
): number => {
  const isNearly = Object.entries(match).some(
    ([found, fields]) => fields.includes('name') && !words.some((word) => found.startsWith(word)),
  );
  let nearness = 0;
  for (const word of words) {
    if (hasWord(name, word)) nearness += 3;
    else if (hasPrefix(name, word)) nearness += 2;
    else if (isNearly) nearness += 1;
  }
  return nearness;
};
