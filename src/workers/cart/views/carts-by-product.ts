import { injectable, token } from '../../../infra/di/token.ts';
import type { ReadModel } from '../../../infra/pipeline/define-service.ts';
import type { CartState } from '../state.ts';

/** Which carts hold a product, as of a moment ago. */
export interface CartsByProduct extends ReadModel<CartState> {
  /** The ids of the users whose carts hold it. */
  holding(productId: string): readonly string[];
}
export const CartsByProduct = token<CartsByProduct>('CartsByProduct');

/** An index in this process's memory: from products to carts, and back to take out what was there before. */
@injectable()
export class CartIndex implements CartsByProduct {
  readonly #carts = new Map<string, Set<string>>();
  readonly #products = new Map<string, readonly string[]>();

  apply(userId: string, { items }: CartState): void {
    for (const productId of this.#products.get(userId) ?? []) this.#takeOut(productId, userId);
    for (const { productId } of items) this.#putIn(productId, userId);
    if (items.length === 0) this.#products.delete(userId);
    else
      this.#products.set(
        userId,
        items.map(({ productId }) => productId),
      );
  }

  holding(productId: string): readonly string[] {
    return [...(this.#carts.get(productId) ?? [])];
  }

  #putIn(productId: string, userId: string): void {
    const carts = this.#carts.get(productId);
    if (carts) carts.add(userId);
    else this.#carts.set(productId, new Set([userId]));
  }

  #takeOut(productId: string, userId: string): void {
    const carts = this.#carts.get(productId);
    carts?.delete(userId);
    if (carts?.size === 0) this.#carts.delete(productId);
  }
}
