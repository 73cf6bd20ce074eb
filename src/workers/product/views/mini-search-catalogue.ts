import type { SearchOptions } from 'minisearch';
import type { Product, ProductState } from '../../../contracts/product/fields.ts';
import { injectable } from '../../../infra/di/token.ts';
import { GatheringIndex } from './gathering-index.ts';
import { type Listed, NameOrder } from './name-order.ts';
import { NameWords } from './name-words.ts';
import { PriceTable } from './price-table.ts';
import type { ProductCatalogue, ProductsFound, ProductsWanted } from './product-catalogue.ts';
import { bestFirst, type Hit, hitOf, wholly } from './ranking.ts';
import { WordCounts } from './word-counts.ts';
import { hasPrefix, spelled, wordsOf } from './words.ts';

/** More words than this add cost, not meaning. */
const mostWords = 12;

/**
 * A word that more texts have, or one that begins so, is not looked up beside rarer ones: it would
 * cost most and tell least.
 */
const common = 2_000;

/** So many hits are enough not to look for less fitting ones. */
const enough = 5;

/** From one letter alone half the catalogue begins. */
const prefix = (word: string): boolean => word.length > 1;

/** One typing error in a word of 4 to 7 letters, two in a longer one; numbers are what they are. */
const forgiven = (word: string): number | false => {
  if (word.length < 4 || /\d/.test(word)) return false;
  return word.length < 8 ? 1 : 2;
};

/** Every word, as it is written or begun. */
const every = { combineWith: 'AND', prefix } satisfies SearchOptions;

/** Every word, as it is written. */
const whole = { combineWith: 'AND', prefix: false } satisfies SearchOptions;

/** A catalogue in this process's memory, searched with MiniSearch. */
@injectable()
export class MiniSearchCatalogue implements ProductCatalogue {
  readonly #products = new NameOrder();
  readonly #names = new NameWords();
  readonly #counts = new WordCounts();
  #prices = new PriceTable([]);
  readonly #index = new GatheringIndex<Product>({
    idField: 'productId',
    fields: ['name', 'description'],
    tokenize: wordsOf,
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

  /** Of 100,000 products the first question would wait for half a second. */
  caughtUp(): void {
    this.#index.settle();
    this.#products.list();
  }

  search(wanted: ProductsWanted): ProductsFound {
    const { text, offset, limit } = wanted;
    const fits = filterOf(wanted);
    if (text.trim() === '' && fits) return this.#priced().page(wanted);
    const all = text.trim() === '' ? this.#products.list() : this.#ranked(text);
    const found = fits ? all.filter(({ product }) => fits(product)) : all;
    const page = found.slice(offset, offset + limit);
    return { total: found.length, products: page.map(({ product }) => product) };
  }

  #priced(): PriceTable {
    const list = this.#products.list();
    if (!this.#prices.isOf(list)) this.#prices = new PriceTable(list);
    return this.#prices;
  }

  #ranked(text: string): readonly Listed[] {
    const words = [...new Set(wordsOf(text))].slice(0, mostWords);
    const found = firstEnough(this.#stages(words), enough);
    return found.length > 0 ? found : this.#anyCommon(words);
  }

  /** Products with every word, then those with typing errors in them, then those with some of the words. */
  *#stages(words: readonly string[]): Generator<readonly Listed[]> {
    yield this.#every(words);
    const read = words.map((word) => this.#read(word));
    const meant = read.map((one) => one.meant);
    if (meant.some((word) => !words.includes(word))) yield this.#every(meant);
    if (this.#areCommon(words)) return yield this.#anyCommon(words);
    const errors = new Map(read.map((one) => [one.word, one.errors]));
    const fuzzy = (word: string): number | false => errors.get(word) ?? false;
    if (read.some((one) => one.errors !== false)) yield this.#scored(words, { ...every, fuzzy });
    yield this.#scored([...new Set([...words, ...meant])], { combineWith: 'OR', prefix, fuzzy });
  }

  /**
   * How many typing errors are looked for in a word. None when nothing is nearly this word, and none
   * when very much is: then the likeliest of those words is looked for as well.
   */
  #read(word: string): { word: string; meant: string; errors: number | false } {
    const errors = forgiven(word);
    if (errors === false) return { word, meant: word, errors };
    const { texts, likeliest } = this.#counts.near(word, errors);
    if (texts > common) return { word, meant: likeliest, errors: false };
    return { word, meant: word, errors: texts > 0 && errors };
  }

  /** Products with the least common of the words that are common, spelled or nearly so. */
  #anyCommon(words: readonly string[]): readonly Listed[] {
    const meant = words.map((word) => this.#read(word).meant);
    const known = meant.filter((word) => this.#areCommon([word]));
    const { rare } = this.#counts.part(known, common);
    return rare.length === 0 ? [] : this.#everyCommon(rare);
  }

  #areCommon(words: readonly string[]): boolean {
    return words.length > 0 && words.every((word) => this.#counts.beginning(word) > common);
  }

  #every(words: readonly string[]): readonly Listed[] {
    return this.#areCommon(words) ? this.#everyCommon(words) : this.#scored(words, every);
  }

  /**
   * The index would bring thousands of hits, each of which costs microseconds to rank. So: names with
   * all words whole, ranked when there are few; other names, those with more words whole first, in
   * their order; descriptions with a word that is rare as a whole; when that is hardly anything, all others.
   */
  #everyCommon(words: readonly string[]): readonly Listed[] {
    const list = this.#products.list();
    const named = this.#names.find(words, list);
    const isRare = words.some((word) => this.#counts.of(word) <= common);
    const hits = isRare ? this.#hits(words, whole).sort(bestFirst) : [];
    const best = hits.filter(({ nearness }) => nearness === wholly(words));
    const others = hits.map(({ listed }) => listed);
    const found = joined([best.map(({ listed }) => listed), named, others]);
    return found.length >= enough ? found : joined([found, this.#everywhere(words, list)]);
  }

  /** Products of a list with all words, in its order: found in the index, which is kept from scoring them. */
  #everywhere(words: readonly string[], list: readonly Listed[]): Listed[] {
    const had = new Uint8Array(list.length);
    for (const [before, word] of words.entries()) {
      const mark = ({ place }: Listed): void => {
        if (had[place] === before) had[place] = before + 1;
      };
      this.#names.each(word, mark);
      const boostDocument = (productId: string): number => {
        const listed = this.#products.get(productId);
        if (listed) mark(listed);
        return 0;
      };
      this.#index.search(word, { prefix, fields: ['description'], boostDocument });
    }
    return list.filter((_, place) => had[place] === words.length);
  }

  #scored(words: readonly string[], options: SearchOptions): Listed[] {
    return this.#hits(words, options)
      .sort(bestFirst)
      .map(({ listed }) => listed);
  }

  /** Rare words are looked up in the index, common ones in the texts of the products so found. */
  #hits(words: readonly string[], options: SearchOptions): Hit[] {
    const lookUp = this.#counts.part(words, common, options.prefix ? 'begun' : 'whole');
    const isHit = ({ name, product }: Listed): boolean => {
      if (options.combineWith === 'OR' || lookUp.common.length === 0) return true;
      const spelling = name + spelled(product.description);
      return lookUp.common.every((word) => hasPrefix(spelling, word));
    };
    return this.#index.search(lookUp.rare.join(' '), options).flatMap((result): Hit[] => {
      const listed = this.#products.get(String(result.id));
      return listed && isHit(listed) ? [hitOf(listed, result, words)] : [];
    });
  }
}

/** Goes from stage to stage until so many products are found; each stands where it was found first. */
const firstEnough = (stages: Iterable<readonly Listed[]>, enough: number): readonly Listed[] => {
  let found: readonly Listed[] = [];
  for (const stage of stages) {
    found = joined([found, stage]);
    if (found.length >= enough) break;
  }
  return found;
};

/** Lists one after the other, what is in several of them where it is first. */
const joined = (lists: readonly (readonly Listed[])[]): readonly Listed[] => {
  const [only = [], ...others] = lists.filter(({ length }) => length > 0);
  return others.length === 0 ? only : [...new Set([only, ...others].flat())];
};

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
