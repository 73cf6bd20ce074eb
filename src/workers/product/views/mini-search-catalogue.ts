import MiniSearch, { type SearchOptions } from 'minisearch';
import type { Product, ProductState } from '../../../contracts/product/fields.ts';
import { injectable } from '../../../infra/di/token.ts';
import { type Listed, NameOrder } from './name-order.ts';
import { NameWords } from './name-words.ts';
import type { ProductCatalogue, ProductsFound, ProductsWanted } from './product-catalogue.ts';
import { bestFirst, type Hit, hitOf } from './ranking.ts';
import { WordCounts } from './word-counts.ts';
import { hasPrefix, spelled, wordsOf } from './words.ts';

/** More words than this add cost, not meaning. */
const mostWords = 12;

/** A word that more products have is not looked up beside rarer ones: it would cost most and tell least. */
const common = 2_000;

/** So many hits are enough not to look for less fitting ones. */
const enough = 5;

/** From one letter alone half the catalogue begins. */
const prefix = (word: string): boolean => word.length > 1;

/** One typing error in a word of 4 to 7 letters, two in a longer one; numbers are what they are. */
const fuzzy = (word: string): number | false => {
  if (word.length < 4 || /\d/.test(word)) return false;
  return word.length < 8 ? 1 : 2;
};

/** How a search goes on while it has found too little. */
const stages = {
  every: { combineWith: 'AND', prefix },
  everyWithTypos: { combineWith: 'AND', prefix, fuzzy },
  anyWithTypos: { combineWith: 'OR', prefix, fuzzy },
} satisfies Record<string, SearchOptions>;

/** A catalogue in this process's memory, searched with MiniSearch. */
@injectable()
export class MiniSearchCatalogue implements ProductCatalogue {
  readonly #products = new NameOrder();
  readonly #names = new NameWords();
  readonly #counts = new WordCounts();
  readonly #index = new MiniSearch<Product>({
    idField: 'productId',
    fields: ['name', 'description'],
    tokenize: wordsOf,
    processTerm: (word) => word,
    searchOptions: { boost: { name: 4 } },
    // Products are taken out of the index whole, so nothing is left to be swept up.
    autoVacuum: false,
  });

  apply(productId: string, { product }: ProductState): void {
    const before = this.#products.get(productId);
    if (before) {
      this.#index.remove(before.product);
      this.#counts.remove(allWordsOf(before.product));
      this.#names.remove(before);
      this.#products.remove(productId);
    }
    if (product) {
      this.#index.add(product);
      this.#counts.add(allWordsOf(product));
      this.#names.add(this.#products.put(product));
    }
  }

  search(wanted: ProductsWanted): ProductsFound {
    const { text, offset, limit } = wanted;
    const all = text.trim() === '' ? this.#products.list() : this.#ranked(text);
    const fits = filterOf(wanted);
    const found = fits ? all.filter(({ product }) => fits(product)) : all;
    const page = found.slice(offset, offset + limit);
    return { total: found.length, products: page.map(({ product }) => product) };
  }

  /** Words that all are common are looked for in names; others, or when hardly a name has them, everywhere. */
  #ranked(text: string): readonly Listed[] {
    const words = [...new Set(wordsOf(text))].slice(0, mostWords);
    if (words.length > 0 && words.every((word) => this.#isCommon(word))) {
      // The index would bring thousands of hits, each of which costs microseconds to rank.
      this.#products.list();
      const named = this.#names.find(words);
      if (named.length >= enough) return named;
    }
    return this.#inStages(words);
  }

  #isCommon(word: string): boolean {
    return this.#counts.of(word) > common || this.#names.count(word) > common;
  }

  /** Products with every word, then those with typing errors in them, then those with some of the words. */
  #inStages(words: readonly string[]): readonly Listed[] {
    const found = new Map<string, Listed>();
    for (const stage of Object.values(stages)) {
      if (found.size >= enough) break;
      for (const { listed } of this.#hits(words, stage).sort(bestFirst)) {
        const { productId } = listed.product;
        if (!found.has(productId)) found.set(productId, listed);
      }
    }
    return [...found.values()];
  }

  /** Rare words are looked up in the index, common ones in the texts of the products so found. */
  #hits(words: readonly string[], stage: SearchOptions): Hit[] {
    const lookUp = this.#counts.part(words, common);
    const isHit = ({ name, product }: Listed): boolean => {
      if (stage.combineWith === 'OR' || lookUp.common.length === 0) return true;
      const spelling = name + spelled(product.description);
      return lookUp.common.every((word) => hasPrefix(spelling, word));
    };
    return this.#index.search(lookUp.rare.join(' '), stage).flatMap((result): Hit[] => {
      const listed = this.#products.get(String(result.id));
      return listed && isHit(listed) ? [hitOf(listed, result, words)] : [];
    });
  }
}

const allWordsOf = ({ name, description }: Product): string[] => wordsOf(`${name} ${description}`);

type Fits = (product: Product) => boolean;

/** Nothing when every product fits, so that a plain page costs no pass over all of them. */
const filterOf = ({ minPrice, maxPrice, currency }: ProductsWanted): Fits | undefined => {
  if (minPrice === undefined && maxPrice === undefined && currency === undefined) return undefined;
  return ({ price }) =>
    price.amount >= (minPrice ?? 0) &&
    price.amount <= (maxPrice ?? Number.POSITIVE_INFINITY) &&
    price.currency === (currency ?? price.currency);
};
