import type { Listed } from './name-order.ts';
import type { ProductsFound, ProductsWanted } from './product-catalogue.ts';

/**
 * The prices of a list, side by side in memory: to look at each of 100,000 takes a fraction of a
 * millisecond, which is what it takes to reach a few thousand of the products themselves.
 */
export class PriceTable {
  readonly #list: readonly Listed[];
  readonly #amounts: Float64Array;
  readonly #currencies: Uint16Array;
  readonly #numbers = new Map<string, number>();

  constructor(list: readonly Listed[]) {
    this.#list = list;
    this.#amounts = new Float64Array(list.length);
    this.#currencies = new Uint16Array(list.length);
    for (const [place, { product }] of list.entries()) {
      this.#amounts[place] = product.price.amount;
      this.#currencies[place] = this.#numberOf(product.price.currency);
    }
  }

  /** True while this is of that list, as it is. */
  isOf(list: readonly Listed[]): boolean {
    return this.#list === list;
  }

  page({ minPrice, maxPrice, currency, offset, limit }: ProductsWanted): ProductsFound {
    const least = minPrice ?? 0;
    const most = maxPrice ?? Number.POSITIVE_INFINITY;
    // No product has the number of a currency that is not there.
    const wanted = currency === undefined ? undefined : (this.#numbers.get(currency) ?? -1);
    const products: ProductsFound['products'] = [];
    let total = 0;
    for (let place = 0; place < this.#list.length; place++) {
      const amount = this.#amounts[place] ?? 0;
      if (amount < least || amount > most) continue;
      if (wanted !== undefined && this.#currencies[place] !== wanted) continue;
      const listed = this.#list[place];
      if (listed && total >= offset && products.length < limit) products.push(listed.product);
      total++;
    }
    return { total, products };
  }

  /** There are fewer codes of three letters than numbers. */
  #numberOf(currency: string): number {
    const known = this.#numbers.get(currency);
    if (known !== undefined) return known;
    const next = this.#numbers.size;
    this.#numbers.set(currency, next);
    return next;
  }
}
