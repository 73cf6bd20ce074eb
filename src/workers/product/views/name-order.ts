import type { Product } from '../../../contracts/product/fields.ts';
import { spelled } from './words.ts';

/** A product and its name as it is compared. */
export interface Listed {
  readonly product: Product;
  readonly name: string;
  /** Where it was in the last list: whoever lists first may compare places instead of names. */
  place: number;
}

/** By folded name, products of one name by id: the same order in every replica. */
export const byName = (one: Listed, other: Listed): number => {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  return one.product.productId < other.product.productId ? -1 : 1;
};

/**
 * Products, in the order of their names.
 *
 * A list costs one pass over what was there before and a sort of what has changed since, never a sort
 * of everything; while nothing changes it costs nothing.
 */
export class NameOrder {
  readonly #listed = new Map<string, Listed>();
  readonly #changed = new Set<string>();
  #inOrder: readonly Listed[] = [];
  readonly #compare: typeof byName;

  constructor(compare: typeof byName = byName) {
    this.#compare = compare;
  }

  get(productId: string): Listed | undefined {
    return this.#listed.get(productId);
  }

  put(product: Product): Listed {
    const listed = { product, name: spelled(product.name), place: -1 };
    this.#listed.set(product.productId, listed);
    this.#changed.add(product.productId);
    return listed;
  }

  remove(productId: string): void {
    if (this.#listed.delete(productId)) this.#changed.add(productId);
  }

  list(): readonly Listed[] {
    if (this.#changed.size > 0) {
      this.#inOrder = this.#merged();
      for (const [place, listed] of this.#inOrder.entries()) listed.place = place;
      this.#changed.clear();
    }
    return this.#inOrder;
  }

  #merged(): readonly Listed[] {
    const fresh = [...this.#changed]
      .map((productId) => this.#listed.get(productId))
      .filter((listed) => listed !== undefined)
      .sort(this.#compare);
    const merged: Listed[] = [];
    let next = 0;
    for (const old of this.#inOrder) {
      if (this.#changed.has(old.product.productId)) continue;
      for (let one = fresh[next]; one && this.#compare(one, old) < 0; one = fresh[next]) {
        merged.push(one);
        next++;
      }
      merged.push(old);
    }
    return [...merged, ...fresh.slice(next)];
  }
}
