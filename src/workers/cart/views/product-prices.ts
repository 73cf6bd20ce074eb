import type { ProductState } from '../../../contracts/product/fields.ts';
import { injectable, token } from '../../../infra/di/token.ts';
import type { ReadModel } from '../../../infra/pipeline/define-service.ts';
import type { SoldProduct } from '../products.ts';

/** Names and prices of everything that is sold, as of a moment ago. */
export interface ProductPrices extends ReadModel<ProductState> {
  /** Nothing for a product that is not sold, or not yet known to be. */
  get(productId: string): SoldProduct | undefined;
}
export const ProductPrices = token<ProductPrices>('ProductPrices');

/** The price list in this process's memory. */
@injectable()
export class PriceList implements ProductPrices {
  readonly #sold = new Map<string, SoldProduct>();

  apply(productId: string, { product }: ProductState): void {
    if (product) this.#sold.set(productId, { productId, name: product.name, price: product.price });
    else this.#sold.delete(productId);
  }

  get(productId: string): SoldProduct | undefined {
    return this.#sold.get(productId);
  }
}
